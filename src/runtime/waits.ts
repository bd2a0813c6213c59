/**
 * Timers of blocked processes. Real ones wait; in a run of simulated brains time is virtual: the earliest wait ends as soon as
 * nothing else is under way, so that such a run is the same on every machine and never idles.
 */
interface Wait {
  req: number;
  due: number;
}

export class Waits {
  /** Whether time is that of simulated brains. */
  readonly virtual: boolean;
  readonly #passed: (req: number) => void;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #waits: Wait[] = [];
  #now = 0;

  /** @param passed called with the request whose wait is over */
  constructor(virtual: boolean, passed: (req: number) => void) {
    this.virtual = virtual;
    this.#passed = passed;
  }

  add(req: number, ms: number): void {
    if (this.virtual) {
      this.#waits.push({ req, due: this.#now + ms });
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(req);
      this.#passed(req);
    }, ms);
    this.#timers.set(req, timer);
  }

  abort(req: number): void {
    clearTimeout(this.#timers.get(req));
    this.#timers.delete(req);
    this.#waits = this.#waits.filter((wait) => wait.req !== req);
  }

  abortAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#waits = [];
  }

  /** Ends the earliest virtual wait, if there is one; equal ones in order of request. */
  passNext(): void {
    const next = this.#waits.toSorted((a, b) => a.due - b.due || a.req - b.req)[0];
    if (next === undefined) return;
    this.#waits = this.#waits.filter((wait) => wait !== next);
    this.#now = next.due;
    this.#passed(next.req);
  }
}
