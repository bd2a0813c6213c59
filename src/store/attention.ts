/** Which runs need somebody: one order for every list. */
import type { RunWord } from './run-status.ts';

/** How a run stands. `halted` has paused by itself: it does nothing until somebody comes. */
export type Need =
  | ('dead' | 'gone' | 'panic' | 'halted' | 'waiting' | 'thrash' | 'starting' | 'running' | 'paused')
  | ('failed' | 'limit' | 'interrupted' | 'killed' | 'passed');

/** What needs somebody first; what is over and well last. */
const ATTENTION: readonly Need[] = [
  ...(['dead', 'gone', 'panic', 'halted', 'waiting', 'thrash', 'starting', 'running', 'paused'] as const),
  ...(['failed', 'limit', 'interrupted', 'killed', 'passed'] as const),
];

/** @param byItself a paused run that nobody has paused */
export const attention = (state: Need, byItself = false): number =>
  ATTENTION.indexOf(byItself && state === 'paused' ? 'halted' : state);

/** A trouble of a living run as such a state. */
export const needOf: Readonly<Record<Extract<RunWord, 'PANIC' | 'THRASHING' | 'WAITING'>, Need>> = {
  PANIC: 'panic',
  THRASHING: 'thrash',
  WAITING: 'waiting',
};
