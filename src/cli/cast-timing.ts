/**
 * Which records make a frame, and when: a frame at once when something has happened, then at most `FRAMES_PER_SECOND` of the
 * cast's own time. No clock is looked at: time is what the records say, and a clock that went back stands still.
 */
import type { Rec } from '../store/record.ts';

export const FRAMES_PER_SECOND = 15;

export interface CastFrame {
  /** Milliseconds of the cast. */
  at: number;
  records: readonly Rec[];
}

/** @param speed how many seconds of the run a second of the cast shows */
export class CastTiming {
  readonly #speed: number;
  #recorded: number | undefined;
  #now = 0;
  #due = 0;
  #batch: Rec[] = [];

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** @returns the frame that was due before the record */
  add(rec: Rec): CastFrame | undefined {
    const recorded = Date.parse(rec.ts);
    this.#now += Math.max(0, recorded - (this.#recorded ?? recorded)) / this.#speed;
    this.#recorded = recorded;
    const frame = this.#batch.length > 0 && this.#now > this.#due ? this.#take() : undefined;
    if (this.#batch.length === 0) this.#due = Math.max(this.#due, this.#now);
    this.#batch.push(rec);
    return frame;
  }

  /** The last frame; undefined where there is nothing left to show. */
  end(): CastFrame | undefined {
    return this.#batch.length > 0 ? this.#take() : undefined;
  }

  #take(): CastFrame {
    const frame = { at: this.#due, records: this.#batch };
    this.#batch = [];
    this.#due += 1000 / FRAMES_PER_SECOND;
    return frame;
  }
}
