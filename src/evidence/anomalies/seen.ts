/** What every detector of anomalies is shown, and what it answers. */
import type { State } from '../../kernel/state.ts';
import { roleLetter } from '../../store/op-text.ts';
import type { Rec } from '../../store/record.ts';

/** A place in a run: `turingos open RUN@t84` leads to its tick, `@#1234` to its record. */
export interface Place {
  seq: number;
  /** The newest tick dispatched by then; 0 before the first. */
  tick: number;
}

export interface Seen {
  rec: Rec;
  /** The kernel's state before and after the record. */
  before: State;
  after: State;
  place: Place;
  /** Of the record's time stamp, since the epoch. */
  ms: number;
  /** Milliseconds for which the run has been at work: pauses, and the time between a death and a resume, do not count. */
  workMs: number;
}

/** `count` is exact; `rows` are at most `LISTED` of them, the worst first. */
export interface Found<Row> {
  count: number;
  rows: readonly Row[];
}

export const LISTED = 50;

/** Keeps the worst of any number of rows; equally bad ones in the order in which they came. */
export class Worst<Row> {
  readonly #weight: (row: Row) => number;
  #rows: Row[] = [];
  #count = 0;

  constructor(weight: (row: Row) => number) {
    this.#weight = weight;
  }

  add(row: Row): void {
    this.#count += 1;
    this.#rows.push(row);
    if (this.#rows.length >= 4 * LISTED) this.#rows = this.#sorted();
  }

  found(): Found<Row> {
    return { count: this.#count, rows: this.#sorted() };
  }

  #sorted(): Row[] {
    return this.#rows.toSorted((a, b) => this.#weight(b) - this.#weight(a)).slice(0, LISTED);
  }
}

/** `P1`, `w4`; `#9` for a process that is not there. */
export const whoIs = ({ before, after }: Pick<Seen, 'before' | 'after'>, pid: number): string => {
  const role = (after.procs[pid] ?? before.procs[pid])?.role;
  return `${role === undefined ? '#' : roleLetter(role)}${pid}`;
};

/** Something that brought the run on: a tick that was progress, a new consensus, a worker's accepted vote. */
export const isProgress = ({ rec }: Seen): boolean =>
  rec.kind === 'tick.committed'
    ? rec.progress !== null
    : rec.kind === 'map.joined'
      ? rec.progress
      : rec.kind === 'process.ended' && rec.as === 'done';
