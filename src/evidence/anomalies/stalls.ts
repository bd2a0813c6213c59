/**
 * Stalls of the whole run: ticks in a row that ended (committed or trapped) without any process having made progress in
 * between, at least as many as the run's own policy lets one process go without (`THRASH_ROUTE.stall`; 6 where it is off).
 * How long is counted from the progress before to the progress after, in time at work.
 */
import { type Found, isProgress, type Place, type Seen, Worst } from './seen.ts';

export interface Stall extends Place {
  /** First and last tick of the span; `tick` and `seq` are where the first one ended. */
  from: number;
  to: number;
  ticks: number;
  ms: number;
  ended: 'progress' | 'run ended' | 'open';
}

export const STALL_TICKS = 6;

export class Stalls {
  readonly #worst = new Worst<Stall>(({ ticks }) => ticks);
  #limit = STALL_TICKS;
  #open: Omit<Stall, 'ms' | 'ended'> | null = null;
  #since = 0;
  #now = 0;

  see(seen: Seen): void {
    const { rec, workMs } = seen;
    this.#now = workMs;
    if (rec.kind === 'run.created' || rec.kind === 'run.branched')
      this.#limit = rec.policy.traps.THRASH_ROUTE?.stall ?? STALL_TICKS;
    if (rec.kind === 'run.ended') this.#close('run ended');
    else if (isProgress(seen)) this.#close('progress');
    else if (rec.kind === 'trap.raised' || rec.kind === 'tick.committed') this.#another(rec.tick, rec.seq);
  }

  end(): Found<Stall> {
    this.#close('open');
    return this.#worst.found();
  }

  /** Processes take turns, so ticks need not end in the order in which they began. */
  #another(tick: number, seq: number): void {
    const open = this.#open ?? { seq, tick, from: tick, to: tick, ticks: 0 };
    this.#open = {
      ...open,
      from: Math.min(open.from, tick),
      to: Math.max(open.to, tick),
      ticks: open.ticks + 1,
    };
  }

  #close(ended: Stall['ended']): void {
    const open = this.#open;
    if (open !== null && open.ticks >= this.#limit) this.#worst.add({ ...open, ms: this.#now - this.#since, ended });
    this.#open = null;
    this.#since = this.#now;
  }
}
