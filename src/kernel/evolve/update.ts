/** Small copy-on-write helpers that every part of `evolve` uses. */
import type { Dispatch, Proc, Request, StagedFault, State } from '../state.ts';

export const setProc = (state: State, proc: Proc): State => ({ ...state, procs: { ...state.procs, [proc.pid]: proc } });

/** Applies a change to a process that is there; leaves the state alone where it is not. */
export const patchProc = (state: State, pid: number, change: (proc: Proc) => Proc): State => {
  const proc = state.procs[pid];
  return proc === undefined ? state : setProc(state, change(proc));
};

/** The dispatch without its request: the outcome is there. */
export const closed = (dispatch: Dispatch | null): Dispatch | null =>
  dispatch === null ? null : { ...dispatch, open: null };

/** Puts a request in flight, in place of the one before it. */
export const openRequest = (state: State, pid: number, open: Request, change: Partial<Proc> = {}): State => {
  const proc = state.procs[pid];
  if (proc?.dispatch == null) return state;
  const next = { ...proc, ...change, dispatch: { ...proc.dispatch, open } };
  // A branch asks anew for what was in flight, under the old numbers.
  const nextReq = Math.max(state.nextReq, open.req + 1);
  return { ...state, nextReq, procs: { ...state.procs, [pid]: next } };
};

/** Built anew rather than deleted from: V8 keeps what had a key deleted in a slower form for ever after. */
export const dropProc = (state: State, pid: number): State => {
  const procs: Record<number, Proc> = {};
  for (const proc of Object.values(state.procs)) if (proc.pid !== pid) procs[proc.pid] = proc;
  return { ...state, procs };
};

/** Without the staged faults that are over; the field goes with the last of them. */
export const unstaged = (state: State, isOver: (fault: StagedFault) => boolean): State => {
  if (state.staged === undefined) return state;
  const { staged, ...rest } = state;
  const left = staged.filter((fault) => !isOver(fault));
  return left.length === 0 ? rest : { ...rest, staged: left };
};
