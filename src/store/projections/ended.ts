/** Processes that have ended; the kernel forgets them. */
import type { Cap } from '../../kernel/records/index.ts';
import type { State } from '../../kernel/state.ts';
import type { Rec } from '../record.ts';
import { pushRing } from '../ring.ts';

export interface EndedProc {
  pid: number;
  role: 'planner' | 'worker';
  as: 'done' | 'retired' | 'cut' | 'killed';
  why: string;
  q: string;
  flags: number;
  tick: number;
  /** The planner's only: what it held and had to do when it ended. */
  caps: Readonly<Record<string, Cap>>;
  stack: readonly string[];
}

export const noEnded: readonly EndedProc[] = [];
const ENDED_KEPT = 24;

export const foldEnded = (ended: readonly EndedProc[], rec: Rec, before: State): readonly EndedProc[] => {
  if (rec.kind !== 'process.ended') return ended;
  const proc = before.procs[rec.pid];
  const { pid, as, why } = rec;
  const row = {
    pid,
    role: proc?.role ?? 'worker',
    as,
    why,
    q: proc?.q ?? '',
    flags: proc?.flags ?? 0,
    tick: before.tick,
    caps: proc?.role === 'planner' ? proc.caps : {},
    stack: proc?.role === 'planner' ? proc.stack : [],
  };
  return pushRing(ended, row, ENDED_KEPT);
};
