/**
 * Gaps: at least `GAP_MS` between two records while something was in flight. Where the record that ends one is from a brain
 * that was being asked, it was the brain that was quiet; otherwise the kernel or its machine. A clock that went back by as
 * much is told as well. A run that was resumed was dead before, not silent.
 */
import { isAlive } from './alive.ts';
import type { Requests } from './requests.ts';
import { type Found, type Place, type Seen, Worst } from './seen.ts';

export interface Gap extends Place {
  /** `seq` is the record before the gap. Negative where the clock went back. */
  ms: number;
  /** What was in flight, oldest first: `brain P1`. */
  inFlight: readonly string[];
  /** Kind of the record after it. */
  endedBy: string;
  quiet: 'brain' | 'kernel' | 'clock';
}

export const GAP_MS = 5000;
const NAMED = 8;

const FROM_BRAINS = new Set(['stream.delta', 'brain.replied', 'brain.failed']);

export class Gaps {
  readonly #worst = new Worst<Gap>(({ ms }) => Math.abs(ms));
  readonly #requests: Requests;
  /** A gap that may turn out to have been the kernel's death: until the first sign of one at work. */
  #unsure: Gap | null = null;
  #last: { place: Place; ms: number } | null = null;

  /** @param requests shown each record after this */
  constructor(requests: Requests) {
    this.#requests = requests;
  }

  see({ rec, place, ms }: Seen): void {
    const last = this.#last;
    this.#last = { place, ms };
    if (rec.kind === 'run.resumed') this.#unsure = null;
    else if (isAlive(rec)) this.#sure();
    const gap = ms - (last?.ms ?? ms);
    if (last === null || Math.abs(gap) < GAP_MS || rec.kind === 'run.resumed') return;
    const open = this.#requests.inFlight();
    if (gap > 0 && open.length === 0) return;
    this.#unsure = {
      ...last.place,
      ms: gap,
      inFlight: open.slice(0, NAMED).map(({ kind, who }) => `${kind} ${who}`),
      endedBy: rec.kind,
      quiet: gap < 0 ? 'clock' : FROM_BRAINS.has(rec.kind) ? 'brain' : 'kernel',
    };
    if (isAlive(rec)) this.#sure();
  }

  end(): Found<Gap> {
    this.#sure();
    return this.#worst.found();
  }

  #sure(): void {
    if (this.#unsure !== null) this.#worst.add(this.#unsure);
    this.#unsure = null;
  }
}
