/** Orders that change how a run goes on: its policy, a process's thrash counters, a role's brain. */
import { canonicalJson, sha256 } from '../digest.ts';
import type { InputOf, OperatorCommand } from '../records/index.ts';
import { policyChanges } from '../settable.ts';
import { freshLoops, type Proc, type State } from '../state.ts';
import { refill } from './map.ts';
import type { Turn } from './turn.ts';

type Of<C extends OperatorCommand['command']> = Extract<OperatorCommand, { command: C }>;

export const onSet = (turn: Turn, { changes: wishes }: Of<'set'>): string | undefined => {
  const changes = policyChanges(turn.state.policy, wishes);
  if (typeof changes === 'string') return `that would be no policy: ${changes}`;
  if (changes.length === 0) return 'the policy is so already';
  turn.emit({ kind: 'policy.changed', changes });
  // More workers may be alive now, or a step decided.
  if (changes.some(({ field }) => field.startsWith('workers.'))) {
    for (const map of Object.keys(turn.state.maps)) refill(turn, map);
  }
  return undefined;
};

export const isPardoned = ({ loops, streak }: Proc): boolean =>
  streak === 0 && canonicalJson(loops) === canonicalJson(freshLoops);

export const onSwap = (turn: Turn, { role, profile, brain, seat }: Of<'swap'>): string | undefined => {
  if (brain === undefined || seat === undefined) return 'nobody has opened that brain';
  if (isSeated(turn.state, role, brain.digest, seat)) return `the ${role} is ${brain.name} already`;
  turn.emit({ kind: 'brain.swapped', role, profile, brain, seat });
  return undefined;
};

const isSeated = ({ brains }: State, role: 'planner' | 'worker', digest: string, seat: string): boolean =>
  brains?.[role]?.digest === digest && brains[role].seat === seat;

/** Hex digits that tell one order from another. */
const DIGEST_CHARS = 16;

/** @returns whether the order is to be carried out; why it is not, where its id was given to another one */
export const takeId = (turn: Turn, { id, order }: InputOf<'operator.commanded'>): boolean | string => {
  if (id === undefined) return true;
  const digest = sha256(canonicalJson(order)).slice(0, DIGEST_CHARS);
  const before = turn.state.orders?.find((taken) => taken.id === id);
  if (before !== undefined && before.digest !== digest) return `the id ${id} was given to another order before`;
  turn.emit(before === undefined ? { kind: 'order.taken', id, digest } : { kind: 'order.repeated', id });
  return before === undefined;
};

/** Whether an order asks for what is so already: harmless, and no failure. */
export const inEffect = (state: State, order: OperatorCommand): boolean => {
  switch (order.command) {
    case 'pause':
      return state.phase === 'paused';
    case 'unpause':
      return state.phase === 'active';
    case 'kill':
      return state.phase === 'ended' ? state.outcome === 'killed' : order.pid !== undefined && isGone(state, order.pid);
    case 'set': {
      const changes = policyChanges(state.policy, order.changes);
      return typeof changes !== 'string' && changes.length === 0;
    }
    case 'swap':
      return order.brain !== undefined && isSeated(state, order.role, order.brain.digest, order.seat ?? '');
    case 'disarm':
      return order.fault < state.nextFault && state.faults.every(({ id, disarmed }) => id !== order.fault || disarmed);
    case 'pardon': {
      const proc = state.procs[order.pid];
      return proc !== undefined && isPardoned(proc);
    }
    case 'revoke':
      return state.procs[order.pid]?.caps[order.handle]?.revoked === true;
    case 'grant':
      return holds(state.procs[order.pid], order) !== undefined;
    default:
      return false;
  }
};

const isGone = ({ procs, nextPid }: State, pid: number): boolean => procs[pid] === undefined && pid < nextPid;

/** The live row that a grant would only repeat. */
export const holds = (proc: Proc | undefined, { rights, target }: Of<'grant'>): string | undefined =>
  Object.values(proc?.caps ?? {}).find((cap) => !cap.revoked && cap.rights === rights && cap.target === target)?.handle;
