/** How the state follows the run as a whole: its start and end, pauses, panic grants and faults. */
import { hashSetAdd } from '../hash-set.ts';
import type { EventOf } from '../records/index.ts';
import { FAULTS_KEPT, parseState, type State, waitingFor } from '../state.ts';
import { patchProc } from './update.ts';

export const created = (state: State, event: EventOf<'run.created'>): State => ({
  ...state,
  phase: 'active',
  seed: event.seed,
  policy: event.policy,
  task: event.task,
  panicLeft: event.policy.panicBudget,
  worldHash: event.worldHash,
  worlds: hashSetAdd(state.worlds, event.worldHash),
});

/** Where its text is lost there is nothing to begin with; who reads on says so. */
export const branched = (state: State, event: EventOf<'run.branched'>): State => parseState(event.state) ?? state;

export const granted = (state: State, event: EventOf<'panic.granted'>): State => ({ ...state, panicLeft: event.left });

export const armed = (state: State, event: EventOf<'fault.armed'>): State => ({
  ...state,
  nextFault: event.id + 1,
  faults: [...state.faults, { id: event.id, spec: event.spec, left: event.spec.times }],
});

export const struck = (state: State, event: EventOf<'fault.requested'>): State => {
  const pid = waitingFor(state, event.req)?.proc.pid ?? 0;
  return patchProc(state, pid, (proc) => {
    const { dispatch } = proc;
    if (dispatch?.open == null) return proc;
    return { ...proc, dispatch: { ...dispatch, open: { ...dispatch.open, fault: event.id } } };
  });
};

export const triggered = (state: State, event: EventOf<'fault.triggered'>): State => {
  const faults = state.faults
    .map((fault) => (fault.id === event.id ? { ...fault, left: fault.left - 1 } : fault))
    .filter((fault) => fault.left > 0);
  return patchProc({ ...state, faults }, event.pid, (proc) => ({
    ...proc,
    faults: [...proc.faults, { id: event.id, at: proc.ticks }].slice(-FAULTS_KEPT),
  }));
};

export const recovered = (state: State, event: EventOf<'fault.recovered'>): State =>
  patchProc(state, event.pid, (proc) => ({ ...proc, faults: proc.faults.filter((fault) => fault.id !== event.id) }));

export const runEnded = (state: State, event: EventOf<'run.ended'>): State => ({
  ...state,
  phase: 'ended',
  outcome: event.outcome,
  procs: {},
  maps: {},
  faults: [],
});
