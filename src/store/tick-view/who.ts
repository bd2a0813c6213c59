/** How people name a process of which only the pid is known: the root is the only planner there ever is. */
import { ROOT_PID } from '../../kernel/state.ts';

/** `P1`, `w5`. */
export const whoOf = (pid: number): string => (pid === ROOT_PID ? `P${pid}` : `w${pid}`);
