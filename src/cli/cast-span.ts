/** The part of a run that a cast shows: from the dispatch of one tick until another one is over. */
import type { Rec } from '../store/record.ts';

export type Stage = 'before' | 'shown' | 'after';

export class CastSpan {
  readonly #from: number;
  readonly #to: number;
  #stage: Stage;
  /** Pid that tick `to` was dispatched to; 0 before that. */
  #pid = 0;
  #over = false;

  /** @param from first tick, 0 for the run's beginning; @param to last tick, Infinity for its end */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    this.#stage = from === 0 ? 'shown' : 'before';
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Where the record belongs. What was concluded together with the last tick's end is still shown. */
  see(rec: Rec): Stage {
    if (this.#over && rec.class === 'input') this.#stage = 'after';
    if (this.#stage === 'after') return this.#stage;
    if (rec.kind === 'route.dispatched') {
      if (rec.tick === this.#from) this.#stage = 'shown';
      if (rec.tick === this.#to) this.#pid = rec.pid;
    }
    this.#over ||= this.#ends(rec);
    return this.#stage;
  }

  /** A tick is committed, trapped or forks a map; or its process ends. Other ticks may be under way meanwhile. */
  #ends(rec: Rec): boolean {
    if (this.#pid === 0) return false;
    if (rec.kind === 'process.ended') return rec.pid === this.#pid;
    const ends = rec.kind === 'tick.committed' || rec.kind === 'trap.raised' || rec.kind === 'map.started';
    return ends && rec.tick === this.#to;
  }
}
