/** Measures the time that a run is at work, and says when that is as long as it may be. Pauses do not count. */

export class WorkClock {
  readonly #passed: (spentMs: number) => void;
  #spent = 0;
  /** Since when it runs; undefined while it stands. */
  #since: number | undefined;
  #limit: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param passed called once for each time that the limit is reached, with what was measured */
  constructor(passed: (spentMs: number) => void) {
    this.#passed = passed;
  }

  get spentMs(): number {
    return Math.round(this.#spent + (this.#since === undefined ? 0 : performance.now() - this.#since));
  }

  /** What earlier kernels of the run have spent. */
  begin(spentMs: number): void {
    this.#spent = spentMs;
  }

  /** @param limit milliseconds; undefined for none */
  update(running: boolean, limit: number | undefined): void {
    if (running === (this.#since !== undefined) && limit === this.#limit) return;
    this.#spent = this.spentMs;
    this.#since = running ? performance.now() : undefined;
    this.#limit = limit;
    this.#arm();
  }

  stop(): void {
    this.update(false, undefined);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#since === undefined || this.#limit === undefined) return;
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, this.#limit - this.spentMs));
  }

  /** A timer may be early by a millisecond. */
  #ring(): void {
    if (this.spentMs < (this.#limit ?? 0)) this.#arm();
    else this.#passed(this.spentMs);
  }
}
