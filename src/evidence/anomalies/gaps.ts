/**
 * Gaps: at least `GAP_MS` between two records while something was in flight. Where the record that ends one is from a brain
 * that was being asked, it was the brain that was quiet; otherwise the kernel or its machine. A clock that went back by as
 * much is told as well. A run that was resumed was dead before, not silent.
 */
import type { RequestKind, Requests } from './requests.ts';
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
  #last: { place: Place; ms: number } | null = null;

  /** @param requests shown each record after this */
  constructor(requests: Requests) {
    this.#requests = requests;
  }

  see({ rec, place, ms }: Seen): void {
    const last = this.#last;
    this.#last = { place, ms };
    const gap = ms - (last?.ms ?? ms);
    if (last === null || Math.abs(gap) < GAP_MS || (rec.kind as string) === 'run.resumed') return;
    const open = this.#requests.inFlight();
    if (gap > 0 && open.length === 0) return;
    const named = (kind: RequestKind, who: string): string => `${kind} ${who}`;
    this.#worst.add({
      ...last.place,
      ms: gap,
      inFlight: open.slice(0, NAMED).map(({ kind, who }) => named(kind, who)),
      endedBy: rec.kind,
      quiet: gap < 0 ? 'clock' : FROM_BRAINS.has(rec.kind) ? 'brain' : 'kernel',
    });
  }

  end(): Found<Gap> {
    return this.#worst.found();
  }
}
