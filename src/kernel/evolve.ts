/** `evolve(state, event) → state`: pure and total. It trusts events; what they conclude was checked by `decide`. */
import * as process from './evolve/process.ts';
import * as run from './evolve/run.ts';
import * as tick from './evolve/tick.ts';
import type { EventKind, EventOf, KernelEvent } from './records/index.ts';
import type { State } from './state.ts';

const unchanged = (state: State): State => state;

const HANDLERS: { [K in EventKind]: (state: State, event: EventOf<K>) => State } = {
  'run.created': run.created,
  'run.branched': run.branched,
  'run.ended': run.runEnded,
  'run.paused': run.paused,
  'run.unpaused': run.unpaused,
  'run.stepped': (state) => ({ ...state, steps: state.steps + 1 }),
  'panic.granted': run.granted,
  'panic.spent': tick.panicked,
  'process.spawned': process.spawned,
  'process.ended': process.ended,
  'process.blocked': process.blocked,
  'capability.issued': process.issued,
  'capability.denied': (state) => run.troubled(state, 'denied'),
  'capability.revoked': process.revoked,
  'capability.swapped': process.swapped,
  'route.dispatched': tick.dispatched,
  'observe.requested': tick.observing,
  'notice.given': tick.noticed,
  'frame.composed': tick.framed,
  'brain.requested': tick.asked,
  'reply.accepted': tick.accepted,
  'reply.rejected': tick.rejected,
  'ref.resolved': tick.resolved,
  'op.requested': tick.opRequested,
  'grade.requested': tick.halting,
  'tick.committed': tick.committed,
  'trap.raised': (state, event) => {
    const next = tick.trapped(state, event);
    return event.phase === 'loop' ? run.troubled(next, 'thrash') : next;
  },
  'map.started': process.mapStarted,
  'vote.cast': process.voted,
  'step.settled': process.settled,
  'map.joined': process.joined,
  'fault.armed': run.armed,
  'fault.disarmed': run.disarmed,
  'fault.requested': run.struck,
  'fault.staged': run.staged,
  'fault.triggered': run.triggered,
  'fault.recovered': run.recovered,
  'operator.told': process.told,
  'order.taken': run.orderTaken,
  'order.repeated': unchanged,
  'policy.changed': run.policyChanged,
  'thrash.pardoned': run.pardoned,
  'brain.swapped': run.swapped,
  'input.ignored': unchanged,
};

export const evolve = (state: State, event: KernelEvent): State =>
  (HANDLERS[event.kind] as (state: State, event: KernelEvent) => State)(state, event);
