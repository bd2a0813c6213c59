/** The records that come next, read in chunks before they are due: never more than two chunks are there. */
import type { Rec } from './record.ts';
import type { TimeSource } from './time-source.ts';

const CHUNK = 1024;

export class ReadAhead {
  readonly #source: TimeSource;
  readonly #tell: { more(): void; fail(error: unknown): void };
  #records: readonly Rec[] = [];
  #at = 0;
  #reading = false;
  #atEnd = false;
  #over = false;
  /** Why nothing could be read behind what is there. */
  #failure: { error: unknown } | undefined;

  /** @param tell `fail` is called when what could be read has been taken; `more` is called when records have come, or when there are none */
  constructor(source: TimeSource, tell: { more(): void; fail(error: unknown): void }) {
    this.#source = source;
    this.#tell = tell;
  }

  /** All that there is now has been taken. */
  get atEnd(): boolean {
    return this.#atEnd && this.peek() === undefined;
  }

  /** Nothing will come any more. */
  get over(): boolean {
    return this.#over;
  }

  peek(): Rec | undefined {
    return this.#records[this.#at];
  }

  shift(): void {
    this.#at += 1;
  }

  /**
   * Reads on where less than a chunk is left; once the end was seen, only when all has been taken.
   * @param next seq of the record that is due next
   */
  fill(next: number): void {
    const left = this.#records.length - this.#at;
    if (this.#failure !== undefined) {
      if (left === 0) this.#fail(this.#failure.error);
      return;
    }
    if (this.#reading || left >= CHUNK || this.#over || (this.#atEnd && left > 0)) return;
    this.#reading = true;
    // Asked before: a run that ends while it is read has been read to its end only by the next look.
    const { growing } = this.#source;
    const from = next + left;
    this.#source.records(from, from + CHUNK - 1).then(
      (more) => {
        this.#reading = false;
        const ended = more.length === 0;
        const changed = !ended || !this.#atEnd || !growing;
        this.#atEnd = ended;
        this.#over = ended && !growing;
        this.#records = [...this.#records.slice(this.#at), ...more];
        this.#at = 0;
        if (changed) this.#tell.more();
      },
      (error: unknown) => {
        this.#reading = false;
        this.#failure = { error };
        if (this.peek() === undefined) this.#fail(error);
      },
    );
  }

  /** Whoever asks again reads again: a disk may be back. */
  #fail(error: unknown): void {
    this.#failure = undefined;
    this.#tell.fail(error);
  }
}
