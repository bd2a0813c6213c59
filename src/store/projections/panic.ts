/** The panic budget: what is left, and what it was spent on. */
import type { State } from '../../kernel/state.ts';
import { roleLetter } from '../op-text.ts';
import type { Rec } from '../record.ts';
import { pushRing } from '../ring.ts';

export interface PanicSpending {
  tick: number;
  pid: number;
  who: string;
  why: string;
  left: number;
}

export interface PanicBudget {
  /** Units that there were, grants included. */
  total: number;
  left: number;
  spent: readonly PanicSpending[];
  /** A reset that the process has not got over yet. */
  open: boolean;
}

export const noPanic: PanicBudget = { total: 0, left: 0, spent: [], open: false };
const SPENDINGS_KEPT = 32;

export const foldPanic = (panic: PanicBudget, rec: Rec, before: State): PanicBudget => {
  switch (rec.kind) {
    case 'run.created':
      return { ...panic, total: rec.policy.panicBudget, left: rec.policy.panicBudget };
    case 'run.branched':
      return { ...panic, total: rec.panicLeft, left: rec.panicLeft };
    case 'panic.granted':
      return { ...panic, total: panic.total + rec.units, left: rec.left };
    case 'panic.spent': {
      const { tick, pid, why, left } = rec;
      const who = `${roleLetter(before.procs[pid]?.role ?? 'planner')}${pid}`;
      return {
        ...panic,
        left,
        open: true,
        spent: pushRing(panic.spent, { tick, pid, who, why, left }, SPENDINGS_KEPT),
      };
    }
    case 'tick.committed':
      return panic.open && rec.progress !== null && rec.pid === panic.spent.at(-1)?.pid
        ? { ...panic, open: false }
        : panic;
    case 'map.joined':
      return panic.open && rec.progress ? { ...panic, open: false } : panic;
    default:
      return panic;
  }
};
