/** Pausing by itself: the policy names troubles at which an operator wants to look before anything else is dispatched. */
import type { KernelEvent } from '../records/index.ts';
import type { State } from '../state.ts';
import type { Turn } from './turn.ts';

/** @param from the first event of the turn that has not been looked at; @returns where to look on */
export const pauseIfAsked = (turn: Turn, from: number): number => {
  if (turn.state.policy.pauseOn === undefined) return turn.events.length;
  for (const event of turn.events.slice(from)) {
    const why = turn.state.phase === 'active' ? reason(turn.state, event) : undefined;
    if (why !== undefined) turn.emit({ kind: 'run.paused', why });
  }
  return turn.events.length;
};

const reason = ({ policy, panicLeft, troubles }: State, event: KernelEvent): string | undefined => {
  const { thrash, panic, denied } = policy.pauseOn ?? {};
  switch (event.kind) {
    case 'trap.raised':
      if (event.phase !== 'loop' || thrash === undefined || (troubles?.thrash ?? 0) < thrash) return undefined;
      return thrash === 1 ? `thrash: ${event.code}` : `thrash>=${thrash}: ${event.code}`;
    case 'panic.spent':
      return panic !== undefined && panicLeft <= panic ? `panic<=${panic}: ${panicLeft} left` : undefined;
    case 'capability.denied':
      if (denied === undefined || (troubles?.denied ?? 0) < denied) return undefined;
      return `denied>=${denied}: ${event.asked.slice(0, 80)}`;
    default:
      return undefined;
  }
};
