/** A circuit breaker: an endpoint that fails is left alone for a while, then tried with one request. */

/** Failures in a row that open it. */
const FAILURES = 3;
const FIRST_REST_MS = 5000;
const LONGEST_REST_MS = 60_000;

export interface Asked {
  succeeded(): void;
  /**
   * @param atOnce it is of no use to ask again soon, so that one failure is enough
   * @param askedMs how long the server asks to be left alone
   */
  failed(atOnce: boolean, askedMs?: number): void;
  /** It ended in a way that tells nothing of the endpoint: an abort. */
  untold(): void;
}

export class Circuit {
  readonly #now: () => number;
  #failures = 0;
  /** Times that it was opened since it last was closed. */
  #rests = 0;
  #restUntil: number | undefined;
  #onTrial = false;

  /** @param now milliseconds of a clock that never jumps */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Milliseconds until it may be asked: 0 for now, Infinity while a trial is out. */
  get waitMs(): number {
    if (this.#onTrial) return Number.POSITIVE_INFINITY;
    return this.#restUntil === undefined ? 0 : Math.max(0, this.#restUntil - this.#now());
  }

  /** Whoever asks says so first, and afterwards what came of it, once. */
  ask(): Asked {
    const trial = this.#restUntil !== undefined;
    if (trial) this.#onTrial = true;
    const over = (): void => {
      if (trial) this.#onTrial = false;
    };
    return {
      succeeded: () => {
        over();
        this.#failures = 0;
        this.#rests = 0;
        this.#restUntil = undefined;
      },
      failed: (atOnce, askedMs = 0) => {
        over();
        this.#failures += 1;
        // Requests that were under way when it opened fail too; they are the same failure.
        if (!trial && this.#restUntil !== undefined) return;
        if (trial || atOnce || this.#failures >= FAILURES) this.#rest(askedMs);
      },
      untold: over,
    };
  }

  #rest(askedMs: number): void {
    const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#rests);
    this.#rests += 1;
    this.#restUntil = this.#now() + Math.max(restMs, askedMs);
  }
}
