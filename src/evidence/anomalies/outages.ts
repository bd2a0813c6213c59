/**
 * Outages of the infrastructure: from the first time that a process was blocked on its endpoint until a brain answered it
 * (well or badly), or it ended. Attempts in a row are one outage.
 */
import type { BrainErrorCode } from '../../kernel/records/index.ts';
import type { Requests } from './requests.ts';
import { type Found, type Place, type Seen, Worst, whoIs } from './seen.ts';

export interface Outage extends Place {
  pid: number;
  who: string;
  error: BrainErrorCode;
  message: string;
  attempts: number;
  /** Milliseconds that the kernel let it wait in all. */
  waitMs: number;
  ended: 'answered' | 'process ended' | 'open';
}

const INFRASTRUCTURE: ReadonlySet<string> = new Set(['unreachable', 'unauthorized', 'rate_limited', 'overloaded']);

export class Outages {
  readonly #worst = new Worst<Outage>(({ waitMs }) => waitMs);
  readonly #open = new Map<number, Omit<Outage, 'ended'>>();
  readonly #requests: Requests;

  /** @param requests shown each record after this */
  constructor(requests: Requests) {
    this.#requests = requests;
  }

  see(seen: Seen): void {
    const { rec } = seen;
    if (rec.kind === 'process.blocked') {
      const { pid, error, message, waitMs, seq } = rec;
      const old = this.#open.get(pid);
      const first = old ?? { seq, tick: seen.place.tick, pid, who: whoIs(seen, pid), attempts: 0, waitMs: 0 };
      this.#open.set(pid, { ...first, error, message, attempts: first.attempts + 1, waitMs: first.waitMs + waitMs });
    } else if (rec.kind === 'brain.replied' || (rec.kind === 'brain.failed' && !INFRASTRUCTURE.has(rec.error))) {
      this.#close(this.#requests.get(rec.req)?.pid ?? 0, 'answered');
    } else if (rec.kind === 'process.ended') this.#close(rec.pid, 'process ended');
    else if (rec.kind === 'run.ended') for (const pid of [...this.#open.keys()]) this.#close(pid, 'process ended');
  }

  end(): Found<Outage> {
    for (const pid of [...this.#open.keys()]) this.#close(pid, 'open');
    return this.#worst.found();
  }

  #close(pid: number, ended: Outage['ended']): void {
    const open = this.#open.get(pid);
    if (open === undefined) return;
    this.#open.delete(pid);
    this.#worst.add({ ...open, ended });
  }
}
