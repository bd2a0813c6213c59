/**
 * Thrash episodes: a process's loop traps (`THRASH_ROUTE`, `THRASH_MIND`, `WATCHDOG`, `PERIOD_LOOP`) without progress of its
 * own in between are one episode. It ends with the process's next progress, with a panic reset, with the process or the run.
 */
import type { TrapCode } from '../../kernel/words.ts';
import { foldThrash, isLoopTrap, noThrash } from '../../store/projections/thrash.ts';
import { type Found, isProgress, type Place, type Seen, Worst, whoIs } from './seen.ts';

export interface Episode extends Place {
  /** `seq` and `tick` are those of the first trap. */
  pid: number;
  who: string;
  code: TrapCode;
  traps: number;
  /** Ticks from where it began to repeat itself, or else to gain nothing, to the last trap. */
  from: number;
  to: number;
  /** The op that came again, and how often in a row; the trap's own words. */
  what: string;
  times: number;
  evidence: string;
  /** How it ended: `progress`, `panic`, how its process or the run did, or `open`. */
  ended: 'progress' | 'panic' | 'retired' | 'cut' | 'killed' | 'run ended' | 'open';
  /** The process's own ticks from the first trap to its next progress; null where there was none. */
  recovered: number | null;
}

interface Open extends Omit<Episode, 'ended' | 'recovered'> {
  /** The process's own ticks at the first trap. */
  own: number;
}

export class Episodes {
  readonly #worst = new Worst<Episode>(({ traps, from, to }) => traps * 1e6 + (to - from));
  readonly #open = new Map<number, Open>();
  /** Tick of each process's first accepted reply since its last progress. */
  readonly #idle = new Map<number, number>();
  #thrash = noThrash;

  see(seen: Seen): void {
    const { rec, before, after } = seen;
    if (rec.kind === 'reply.accepted' && !this.#idle.has(rec.pid)) this.#idle.set(rec.pid, rec.tick);
    if (rec.kind === 'trap.raised' && isLoopTrap(rec.code)) this.#trapped(seen);
    else if (rec.kind === 'panic.spent') this.#close(rec.pid, 'panic');
    else if (rec.kind === 'run.ended') for (const pid of [...this.#open.keys()]) this.#close(pid, 'run ended');
    else if (isProgress(seen) && 'pid' in rec) {
      this.#close(rec.pid, 'progress', (after.procs[rec.pid] ?? before.procs[rec.pid])?.ticks);
    } else if (rec.kind === 'process.ended' && rec.as !== 'done') this.#close(rec.pid, rec.as);
    if ('pid' in rec && (isProgress(seen) || rec.kind === 'process.ended')) this.#idle.delete(rec.pid);
    this.#thrash = foldThrash(this.#thrash, rec, before, after);
  }

  end(): Found<Episode> {
    for (const pid of [...this.#open.keys()]) this.#close(pid, 'open');
    return this.#worst.found();
  }

  #trapped(seen: Seen): void {
    const { rec, before } = seen;
    if (rec.kind !== 'trap.raised') return;
    const { pid, code, tick, evidence, seq } = rec;
    const repeat = this.#thrash.repeats[pid];
    const { what = '', times = 1 } = repeat ?? {};
    const from = times > 1 ? (repeat?.from ?? tick) : (this.#idle.get(pid) ?? tick);
    const open = this.#open.get(pid);
    this.#open.set(
      pid,
      open === undefined
        ? {
            seq,
            tick,
            pid,
            who: whoIs(seen, pid),
            code,
            traps: 1,
            from,
            to: tick,
            what,
            times,
            evidence,
            own: before.procs[pid]?.ticks ?? 0,
          }
        : { ...open, traps: open.traps + 1, to: tick, what, times: Math.max(open.times, times), evidence },
    );
  }

  #close(pid: number, ended: Episode['ended'], ticks?: number): void {
    const open = this.#open.get(pid);
    if (open === undefined) return;
    this.#open.delete(pid);
    const { own, ...episode } = open;
    const recovered = ended === 'progress' ? Math.max(1, (ticks ?? own) - own) : null;
    this.#worst.add({ ...episode, ended, recovered });
  }
}
