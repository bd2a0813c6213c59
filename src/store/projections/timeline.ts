/** One column a tick: the worst mark that fell on it, and how far it was from progress. */
import type { State } from '../../kernel/state.ts';
import type { Rec } from '../record.ts';
import { putBounded } from '../ring.ts';
import { loopLevel } from '../thrash-level.ts';

/**
 * Worst first: what is drawn where several fall on one tick. A fault comes before the trap that it causes on the same tick,
 * or no injected one would ever be seen; what an operator ordered comes after both, since orders are told in other places too.
 */
export const MARKS = ['P', 'F', 'T', 'O', 'R', 'M'] as const;
export type Mark = (typeof MARKS)[number];

export interface Timeline {
  /** Tick of the first column; 0 while there is none. */
  first: number;
  /** A character a tick: a mark, or a blank. */
  marks: string;
  /** A digit a tick: 0 progress … 7 at the limit, `_` not yet counted. */
  levels: string;
  /** Faults that were told to strike what was being written: id, and the tick on which that was commanded. */
  atOnce: Readonly<Record<string, number>>;
}

export const noTimeline: Timeline = { first: 0, marks: '', levels: '', atOnce: {} };
export const COLUMNS_KEPT = 2048;
const FAULTS_KEPT = 32;

export const foldTimeline = (line: Timeline, rec: Rec, before: State, after: State): Timeline => {
  switch (rec.kind) {
    case 'route.dispatched':
      return extend(line, rec.tick);
    case 'tick.committed':
      return level(line, rec.tick, rec.progress === null ? loopLevel(after, rec.pid) : 0);
    case 'trap.raised':
      // The detector that fired has started over; what it had counted is in the state before.
      return mark(
        level(line, rec.tick, loopLevel(before, rec.pid)),
        // The reply that a fault cut was asked for earlier: its trap must not stand before what caused it.
        line.atOnce[rec.fault ?? 0] ?? rec.tick,
        'T',
      );
    case 'process.ended': {
      // A halt is the last of a worker's ticks and no commit follows; what was cut was never counted.
      const dispatch = before.procs[rec.pid]?.dispatch;
      return dispatch == null ? line : level(line, dispatch.tick, rec.as === 'done' ? '0' : ' ');
    }
    case 'panic.spent':
      return mark(line, rec.tick, 'P');
    case 'fault.requested':
      return { ...line, atOnce: putBounded(line.atOnce, String(rec.id), after.tick, FAULTS_KEPT) };
    case 'fault.triggered':
      return mark(line, line.atOnce[rec.id] ?? rec.tick, 'F');
    case 'capability.revoked':
      // What an operator revokes is an order, and no fault.
      return rec.by === 'fault' ? mark(line, after.tick, 'F') : line;
    case 'capability.swapped':
      return mark(line, after.tick, 'F');
    case 'fault.recovered':
      return mark(line, rec.tick, 'R');
    case 'map.joined':
      return mark(line, after.tick, 'M');
    case 'operator.commanded':
      return mark(line, after.tick, 'O');
    default:
      return line;
  }
};

/** A process has got over a trap: what the trap log says as `+n`. */
export const markRecovered = (line: Timeline, rec: Rec, before: State, after: State): Timeline => {
  const tick = 'tick' in rec ? rec.tick : 'pid' in rec ? before.procs[rec.pid]?.dispatch?.tick : undefined;
  return mark(line, tick ?? after.tick, 'R');
};

const extend = (line: Timeline, tick: number): Timeline => {
  if (line.first === 0) return { ...line, first: tick, marks: ' ', levels: '_' };
  const missing = tick - (line.first + line.marks.length) + 1;
  if (missing <= 0) return line;
  const marks = line.marks + ' '.repeat(missing);
  const levels = line.levels + '_'.repeat(missing);
  const over = marks.length - COLUMNS_KEPT;
  return over <= 0
    ? { ...line, marks, levels }
    : { ...line, first: line.first + over, marks: marks.slice(over), levels: levels.slice(over) };
};

const put = (text: string, at: number, char: string): string => text.slice(0, at) + char + text.slice(at + 1);

const mark = (line: Timeline, tick: number, next: Mark): Timeline => {
  const at = tick - line.first;
  const old = line.marks[at];
  if (line.first === 0 || old === undefined) return line;
  const rank = (char: string): number => (char === ' ' ? MARKS.length : MARKS.indexOf(char as Mark));
  return rank(next) < rank(old) ? { ...line, marks: put(line.marks, at, next) } : line;
};

const level = (line: Timeline, tick: number, next: number | string): Timeline => {
  const at = tick - line.first;
  if (line.first === 0 || line.levels[at] === undefined) return line;
  return { ...line, levels: put(line.levels, at, String(next)) };
};

export const isMark = (char: string): char is Mark => (MARKS as readonly string[]).includes(char);
