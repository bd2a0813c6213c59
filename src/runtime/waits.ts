/**
 * Timers of blocked processes. Real ones wait; in a run of simulated brains time is virtual: the earliest wait ends as soon as
 * nothing else is under way, so that such a run is the same on every machine and never idles. A swapped brain may turn one into
 * the other.
 */
interface Wait {
  req: number;
  /** In virtual time, which a real wait moves on too: a resumed run counts the same. */
  due: number;
  timer: NodeJS.Timeout | undefined;
}

export class Waits {
  #virtual: boolean;
  readonly #passed: (req: number) => void;
  #waits: Wait[] = [];
  #now = 0;

  /**
   * @param virtual whether time is that of simulated brains
   * @param passed called with the request whose wait is over
   */
  constructor(virtual: boolean, passed: (req: number) => void) {
    this.#virtual = virtual;
    this.#passed = passed;
  }

  get virtual(): boolean {
    return this.#virtual;
  }

  /** Waits under way begin anew as such of the other kind: real ones with what is left of them. */
  set virtual(virtual: boolean) {
    if (virtual === this.#virtual) return;
    this.#virtual = virtual;
    for (const wait of this.#waits) {
      clearTimeout(wait.timer);
      wait.timer = virtual ? undefined : this.#timer(wait, wait.due - this.#now);
    }
  }

  add(req: number, ms: number): void {
    const wait: Wait = { req, due: this.#now + ms, timer: undefined };
    if (!this.#virtual) wait.timer = this.#timer(wait, ms);
    this.#waits.push(wait);
  }

  abort(req: number): void {
    for (const wait of this.#waits) if (wait.req === req) clearTimeout(wait.timer);
    this.#waits = this.#waits.filter((wait) => wait.req !== req);
  }

  abortAll(): void {
    for (const { timer } of this.#waits) clearTimeout(timer);
    this.#waits = [];
  }

  /** Ends the earliest virtual wait, if there is one; equal ones in order of request. */
  passNext(): void {
    if (!this.#virtual) return;
    const next = this.#waits.toSorted((a, b) => a.due - b.due || a.req - b.req)[0];
    if (next !== undefined) this.#pass(next);
  }

  #timer(wait: Wait, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#pass(wait), ms);
  }

  #pass(wait: Wait): void {
    this.#waits = this.#waits.filter((other) => other !== wait);
    this.#now = wait.due;
    this.#passed(wait.req);
  }
}
