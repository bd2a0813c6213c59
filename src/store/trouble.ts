/** What troubles a living run, from the end of its journal alone: what a status line has time for. */
import { isLoopTrap } from './projections/thrash.ts';
import type { Rec } from './record.ts';
import type { RunWord } from './run-status.ts';

export type Trouble = Extract<RunWord, 'PANIC' | 'THRASHING' | 'WAITING'>;

/** @param records the last ones, oldest first; @returns the worst that nothing has ended since */
export const troubleIn = (records: readonly Rec[]): Trouble | null => {
  const panicked = new Set<number>();
  const thrashing = new Set<number>();
  const waiting = new Set<number>();
  for (const rec of records) {
    if (rec.kind === 'panic.spent') panicked.add(rec.pid);
    else if (rec.kind === 'trap.raised' && isLoopTrap(rec.code)) thrashing.add(rec.pid);
    else if (rec.kind === 'process.blocked') waiting.add(rec.pid);
    else if (rec.kind === 'reply.accepted' || rec.kind === 'reply.rejected') waiting.delete(rec.pid);
    else if (rec.kind === 'process.ended') for (const set of [panicked, thrashing, waiting]) set.delete(rec.pid);
    else if (rec.kind === 'tick.committed' && rec.progress !== null) {
      panicked.delete(rec.pid);
      thrashing.delete(rec.pid);
    }
  }
  if (panicked.size > 0) return 'PANIC';
  if (thrashing.size > 0) return 'THRASHING';
  return waiting.size > 0 ? 'WAITING' : null;
};
