/** Small copy-on-write helpers that every part of `evolve` uses. */
import type { Proc, Request, State } from '../state.ts';

export const setProc = (state: State, proc: Proc): State => ({ ...state, procs: { ...state.procs, [proc.pid]: proc } });

/** Applies a change to a process that is there; leaves the state alone where it is not. */
export const patchProc = (state: State, pid: number, change: (proc: Proc) => Partial<Proc>): State => {
  const proc = state.procs[pid];
  return proc === undefined ? state : setProc(state, { ...proc, ...change(proc) });
};

const without = <V>(record: Readonly<Record<number, V>>, key: number): Readonly<Record<number, V>> => {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
};

/** Ends the request that a process has in flight; every process has at most one. */
export const closeRequest = (state: State, pid: number): State => {
  const req = state.procs[pid]?.dispatch?.req ?? 0;
  return req in state.requests ? { ...state, requests: without(state.requests, req) } : state;
};

/** Puts a request in flight, in place of the one before it. */
export const openRequest = (state: State, req: number, request: Request, change: Partial<Proc> = {}): State => {
  const proc = state.procs[request.pid];
  if (proc?.dispatch == null) return state;
  const requests = { ...without(state.requests, proc.dispatch.req), [req]: request };
  const next = { ...proc, ...change, dispatch: { ...proc.dispatch, req } };
  return { ...state, nextReq: req + 1, requests, procs: { ...state.procs, [proc.pid]: next } };
};

export const dropProc = (state: State, pid: number): State => {
  const closed = closeRequest(state, pid);
  return { ...closed, procs: without(closed.procs, pid) };
};
