/**
 * A branch begins where its origin was at a batch boundary: with the origin's state, and with what was in flight asked for anew.
 * Without overrides it goes on exactly as the origin did, under the same request numbers.
 */
import { canonicalJson, draw } from '../digest.ts';
import { pageSize } from '../frame.ts';
import { pricesOf } from '../price.ts';
import type { InputOf, Requested } from '../records/index.ts';
import { type Proc, parseState, type State } from '../state.ts';
import { warmth } from './compose.ts';
import { observe } from './schedule.ts';
import type { Turn } from './turn.ts';

type Forked = InputOf<'run.forked'>;

/** @returns why there is no branch */
export const branchOff = (turn: Turn, input: Forked): string | undefined => {
  const origin = parseState(input.state);
  if (origin === undefined) return 'the state of its origin cannot be read';
  if (origin.phase !== 'active' && origin.phase !== 'paused') return 'its origin was not under way';
  const { task, policy, seed, world } = input;
  const state = beginning(origin, input);
  const { panicLeft } = state;
  const text = JSON.stringify(state);
  turn.emit({ kind: 'run.branched', task, policy, seed, worldHash: world.hash, panicLeft, state: text });
  for (const spec of input.chaos ?? []) {
    turn.emit({ kind: 'fault.armed', id: turn.state.nextFault, spec, by: 'plan' });
  }
  // Another policy may show less, or more: what was composed under the old one is composed again.
  const recompose = canonicalJson(origin.policy) !== canonicalJson(policy);
  for (const request of input.requests) askAnew(turn, request, recompose);
  return undefined;
};

/** A pause was the operator's, of the origin; waits that are asked for anew must not count twice against the outage limit. */
const beginning = (origin: State, forked: Forked): State => {
  const { task, policy, seed, world, chaos, requests } = forked;
  const procs: Record<number, Proc> = { ...origin.procs };
  for (const request of requests) {
    const proc = procs[request.pid];
    if (request.kind !== 'process.blocked' || proc === undefined) continue;
    const outage = { attempts: request.attempt - 1, ms: Math.max(0, proc.outage.ms - request.waitMs) };
    procs[request.pid] = { ...proc, outage };
  }
  // Orders were the origin's, and what was to befall its machine; which brains sit is said anew.
  const { orders: _, brains: __, prices: ___, staged: ____, pausedWhy: _____, ...rest } = origin;
  const prices = pricesOf(forked);
  return {
    ...rest,
    ...(prices === undefined ? {} : { prices }),
    phase: 'active',
    seed,
    policy,
    task,
    procs,
    panicLeft: Math.max(0, origin.panicLeft + policy.panicBudget - origin.policy.panicBudget),
    worldHash: world.hash,
    faults: chaos === null ? origin.faults : [],
    steps: 0,
  };
};

const askAnew = (turn: Turn, request: Requested, recompose: boolean): void => {
  const { state } = turn;
  const proc = turn.proc(request.pid);
  const open = proc?.dispatch?.open;
  if (proc === undefined || open?.req !== request.req) return;
  const { limits, frame } = state.policy;
  const fault = faultOf(state, request);
  switch (request.kind) {
    case 'observe.requested':
      return turn.emit({ ...request, pageSize: pageSize(frame.limit) });
    case 'op.requested':
      return turn.emit({ ...withFault(request, fault), pageSize: pageSize(frame.limit), deadlineMs: limits.opMs });
    case 'brain.requested': {
      if (recompose) return observe(turn, proc, request.tick);
      const seed = draw(state.seed, 'brain', proc.pid, proc.ticks, proc.outage.attempts);
      turn.emit({ ...withFault(request, fault), temperature: warmth(state, proc), seed });
      // It was to be struck in mid-stream, and still is.
      if (open.fault !== 0 && request.fault === undefined && isArmed(state, open.fault)) {
        turn.emit({ kind: 'fault.requested', id: open.fault, req: open.req, fault: 'brain.cut' });
      }
      return;
    }
    default:
      return turn.emit(request);
  }
};

const isArmed = (state: State, id: number): boolean => state.faults.some((fault) => fault.id === id);

type Faultable = Extract<Requested, { kind: 'op.requested' | 'brain.requested' }>;

/** The fault that it carries, as long as that is still armed. */
const faultOf = (state: State, request: Requested): Faultable['fault'] => {
  const fault = 'fault' in request ? request.fault : undefined;
  return fault !== undefined && isArmed(state, fault.id) ? fault : undefined;
};

const withFault = <R extends Faultable>({ fault: _, ...request }: R, fault: Faultable['fault']): Omit<R, 'fault'> =>
  fault === undefined ? request : { ...request, fault };
