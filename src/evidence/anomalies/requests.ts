/** What the kernel has asked for and not been told the outcome of. */
import { type Place, type Seen, whoIs } from './seen.ts';

/** `wait`: a process that blocked on an endpoint, and the end of its waiting. */
export type RequestKind = 'observe' | 'brain' | 'op' | 'grade' | 'wait';

export interface OpenRequest extends Place {
  req: number;
  kind: RequestKind;
  pid: number;
  who: string;
  /** Time stamp of the request. */
  since: string;
  /** Milliseconds from there to the journal's last record. */
  ms: number;
}

interface Asked extends Omit<OpenRequest, 'ms'> {
  at: number;
}

const ASKS: Readonly<Record<string, RequestKind>> = {
  'observe.requested': 'observe',
  'brain.requested': 'brain',
  'op.requested': 'op',
  'grade.requested': 'grade',
  'process.blocked': 'wait',
};

const OUTCOMES = new Set([
  'world.observed',
  'brain.replied',
  'brain.failed',
  'op.done',
  'op.failed',
  'grader.judged',
  'deadline.passed',
]);

export class Requests {
  readonly #open = new Map<number, Asked>();

  see(seen: Seen): void {
    const { rec, place, ms } = seen;
    const kind = ASKS[rec.kind];
    if (kind !== undefined && 'req' in rec && 'pid' in rec) {
      const { req, pid, ts, seq } = rec;
      const tick = 'tick' in rec ? rec.tick : place.tick;
      this.#open.set(req, { req, kind, pid, who: whoIs(seen, pid), seq, tick, since: ts, at: ms });
    } else if (OUTCOMES.has(rec.kind) && 'req' in rec) this.#open.delete(rec.req);
    else if (rec.kind === 'process.ended' || rec.kind === 'run.ended') {
      for (const req of rec.aborts) this.#open.delete(req);
    }
  }

  get(req: number): Readonly<Asked> | undefined {
    return this.#open.get(req);
  }

  /** Those that something is being done about, oldest first; a wait is nobody's work. */
  inFlight(): Readonly<Asked>[] {
    return [...this.#open.values()].filter(({ kind }) => kind !== 'wait');
  }

  /** Oldest first. @param lastMs time stamp of the journal's last record */
  open(lastMs: number): OpenRequest[] {
    return [...this.#open.values()].map(({ at, ...asked }) => ({ ...asked, ms: Math.max(0, lastMs - at) }));
  }
}
