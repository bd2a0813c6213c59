/** How the state follows the run as a whole: its start and end, pauses, panic grants and faults. */
import { hashSetAdd } from '../hash-set.ts';
import type { EventOf } from '../records/index.ts';
import { type Settable, withValue } from '../settable.ts';
import { FAULTS_KEPT, freshLoops, ORDERS_KEPT, parseState, type State, waitingFor } from '../state.ts';
import { patchProc, unstaged } from './update.ts';

export const created = (state: State, event: EventOf<'run.created'>): State => ({
  ...state,
  phase: 'active',
  seed: event.seed,
  policy: event.policy,
  task: event.task,
  panicLeft: event.policy.panicBudget,
  worldHash: event.worldHash,
  worlds: hashSetAdd(state.worlds, event.worldHash),
  ...(event.prices === undefined ? {} : { prices: event.prices }),
});

/** A pause that the run took by itself begins the counts anew. */
export const paused = (state: State, { why }: EventOf<'run.paused'>): State => {
  const next: State = { ...state, phase: 'paused', steps: 0 };
  if (why === undefined) return next;
  return { ...next, pausedWhy: why, ...(state.troubles === undefined ? {} : { troubles: { thrash: 0, denied: 0 } }) };
};

export const unpaused = ({ pausedWhy: _, ...state }: State): State => ({ ...state, phase: 'active', steps: 0 });

/** Counted only where the policy asks for it. */
export const troubled = (state: State, which: 'thrash' | 'denied'): State => {
  if (state.policy.pauseOn?.[which] === undefined) return state;
  const { thrash, denied } = state.troubles ?? { thrash: 0, denied: 0 };
  return { ...state, troubles: which === 'thrash' ? { thrash: thrash + 1, denied } : { thrash, denied: denied + 1 } };
};

export const orderTaken = (state: State, { id, digest }: EventOf<'order.taken'>): State => ({
  ...state,
  orders: [...(state.orders ?? []), { id, digest }].slice(-ORDERS_KEPT),
});

/** Workers keep the temperature that their ballot was given; the planner has no other to wait for. */
export const policyChanged = (state: State, { changes }: EventOf<'policy.changed'>): State => {
  const policy = changes.reduce((next, { field, after }) => withValue(next, field as Settable, after), state.policy);
  const { planner } = policy.temperatures;
  const next = { ...state, policy };
  if (planner === state.policy.temperatures.planner) return next;
  return Object.values(next.procs)
    .filter(({ role }) => role === 'planner')
    .reduce((after, { pid }) => patchProc(after, pid, (proc) => ({ ...proc, temperature: planner })), next);
};

export const pardoned = (state: State, { pid }: EventOf<'thrash.pardoned'>): State =>
  patchProc(state, pid, (proc) => ({ ...proc, loops: freshLoops, streak: 0 }));

export const swapped = (state: State, { role, profile, brain, seat }: EventOf<'brain.swapped'>): State => {
  const { [role]: _, ...others } = state.prices ?? {};
  const prices = brain.price === undefined ? others : { ...others, [role]: brain.price };
  const { prices: __, ...rest } = state;
  return {
    ...rest,
    brains: { ...state.brains, [role]: { ...brain, profile, seat } },
    ...(Object.keys(prices).length === 0 ? {} : { prices }),
  };
};

/** Where its text is lost there is nothing to begin with; who reads on says so. */
export const branched = (state: State, event: EventOf<'run.branched'>): State => parseState(event.state) ?? state;

export const granted = (state: State, event: EventOf<'panic.granted'>): State => ({ ...state, panicLeft: event.left });

export const armed = (state: State, event: EventOf<'fault.armed'>): State => ({
  ...state,
  nextFault: event.id + 1,
  faults: [...state.faults, { id: event.id, spec: event.spec, left: event.spec.times ?? 0 }],
});

/** It stays until the run ends, so that what it is attached to already is told of when it strikes. */
export const disarmed = (state: State, { id }: EventOf<'fault.disarmed'>): State => ({
  ...state,
  faults: state.faults.map((fault) => (fault.id === id ? { ...fault, disarmed: true } : fault)),
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
    .map((fault) =>
      fault.id === event.id && fault.spec.times !== undefined ? { ...fault, left: fault.left - 1 } : fault,
    )
    .filter((fault) => fault.left > 0 || fault.spec.times === undefined);
  const next = unstaged({ ...state, faults }, ({ id, pid }) => id === event.id && pid === event.pid);
  return patchProc(next, event.pid, (proc) => ({
    ...proc,
    faults: [...proc.faults, { id: event.id, at: proc.ticks }].slice(-FAULTS_KEPT),
  }));
};

export const staged = (state: State, { id, pid, fault, ms = 0 }: EventOf<'fault.staged'>): State => ({
  ...state,
  staged: [...(state.staged ?? []), { id, pid, fault, ms }],
});

export const recovered = (state: State, event: EventOf<'fault.recovered'>): State =>
  patchProc(state, event.pid, (proc) => ({ ...proc, faults: proc.faults.filter((fault) => fault.id !== event.id) }));

export const runEnded = (state: State, event: EventOf<'run.ended'>): State => ({
  ...unstaged(state, () => true),
  phase: 'ended',
  outcome: event.outcome,
  procs: {},
  maps: {},
  faults: [],
});
