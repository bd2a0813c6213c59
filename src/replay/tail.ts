/** The records after the end of a run's index, as far as they were read: where they are, and which are worth jumping to. */
import type { Anchor } from '../journal/anchor.ts';
import { JournalError } from '../journal/errors.ts';
import { markedPid, marksOf } from '../store/marks.ts';
import type { Mark, MarkKind, Place } from '../store/time-source.ts';
import { timeOf } from './place.ts';
import { RecWalk } from './rec-walk.ts';

/** Records that are kept at most: more are left to the index. */
export const TAIL_MAX = 4000;
const ANCHOR_EVERY = 128;

export class Tail {
  /** What comes before the first record of the tail. */
  readonly base: Place;
  /** There is more than is kept here. */
  full = true;
  /** Where the journal is broken, once it was read up to there. */
  broken: JournalError | undefined;
  readonly #walk: RecWalk;
  #places: Place[] = [];
  #marks: Mark[] = [];
  #anchors: Anchor[] = [];
  readonly #ticks = new Map<number, number>();
  #tick: number;

  private constructor(walk: RecWalk, base: Place) {
    this.#walk = walk;
    this.base = base;
    this.#tick = base.tick;
  }

  /** Undefined where the journal does not have the record `after` at its place. */
  static after(runDir: string, base: Place, after: Anchor | undefined): Tail | undefined {
    const walk = RecWalk.after(runDir, after);
    return walk && new Tail(walk, base);
  }

  /** The last record read. */
  get last(): Place {
    return this.#places.at(-1) ?? this.base;
  }

  get first(): Place | undefined {
    return this.#places[0];
  }

  /** Reads on to the present end, or until there is enough. */
  advance(): void {
    try {
      while (this.#places.length < TAIL_MAX) {
        const recs = this.#walk.next();
        if (recs === undefined) {
          this.full = false;
          return;
        }
        for (const { rec, at } of recs) {
          if (rec.kind === 'route.dispatched' && rec.tick > this.#tick) {
            this.#tick = rec.tick;
            this.#ticks.set(rec.tick, rec.seq);
          }
          const place = { seq: rec.seq, tick: this.#tick, ms: timeOf(rec) };
          this.#places.push(place);
          for (const kind of marksOf(rec)) this.#marks.push({ ...place, kind, pid: markedPid(rec) });
          if (at.seq % ANCHOR_EVERY === 0) this.#anchors.push(at);
        }
      }
      this.full = true;
    } catch (error) {
      if (!(error instanceof JournalError) || error.code !== 'broken') throw error;
      this.broken = error;
      this.full = false;
    }
  }

  /** Lets go of what the index has by now; the last record stays. */
  forgetUpTo(seq: number): void {
    if ((this.first?.seq ?? seq) >= seq) return;
    const later = ({ seq: at }: { seq: number }): boolean => at >= seq;
    this.#places = this.#places.filter((place) => later(place) || place === this.last);
    this.#marks = this.#marks.filter(later);
    this.#anchors = this.#anchors.filter(later);
    for (const [tick, at] of this.#ticks) if (at < seq) this.#ticks.delete(tick);
  }

  anchorUpTo(seq: number): Anchor | undefined {
    return this.#anchors.findLast((anchor) => anchor.seq <= seq);
  }

  seqOfTick(tick: number): number | undefined {
    return this.#ticks.get(tick);
  }

  lastUpToTime(ms: number): Place | undefined {
    return this.#places.findLast((place) => place.ms <= ms);
  }

  mark(seq: number, direction: 1 | -1, kinds: readonly MarkKind[]): Mark | undefined {
    const fits = (mark: Mark): boolean => kinds.includes(mark.kind);
    return direction === 1
      ? this.#marks.find((mark) => mark.seq > seq && fits(mark))
      : this.#marks.findLast((mark) => mark.seq < seq && fits(mark));
  }

  close(): void {
    this.#walk.close();
  }
}
