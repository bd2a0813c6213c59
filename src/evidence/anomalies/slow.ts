/**
 * Slow brains. A reply is slow when its time in all, or to its first token, is at least `SLOW_TIMES` times the median of its
 * own role's replies in this run and at least `SLOW_MS` above it; a role with fewer than `SLOW_REPLIES` replies has no median to
 * be measured by. A request that is still open at the journal's end is measured in the same way, by its age.
 */
import type { Role } from '../../kernel/index.ts';
import { LogHistogram } from './log-histogram.ts';
import type { OpenRequest, Requests } from './requests.ts';
import { type Found, type Place, type Seen, Worst } from './seen.ts';

export interface SlowBrain extends Place {
  /** `seq` is that of the request; `tick` the one that it was for. */
  req: number;
  pid: number;
  who: string;
  role: Role;
  /** Which time: of the whole reply, to its first token, or since an open request was made. */
  of: 'total' | 'first token' | 'open';
  ms: number;
  /** The role's median of it. */
  medianMs: number;
}

export const SLOW_TIMES = 4;
export const SLOW_MS = 250;
export const SLOW_REPLIES = 8;

type Timed = Omit<SlowBrain, 'medianMs'>;

/** Of one role: the times of all its replies, and the longest of them with their places. */
class RoleTimes {
  readonly total = new LogHistogram();
  readonly firstToken = new LogHistogram();
  readonly longest = { total: new Worst<Timed>(({ ms }) => ms), firstToken: new Worst<Timed>(({ ms }) => ms) };
}

export class SlowBrains {
  readonly #requests: Requests;
  readonly #roles: Record<Role, RoleTimes> = { planner: new RoleTimes(), worker: new RoleTimes() };

  /** @param requests shown each record after this */
  constructor(requests: Requests) {
    this.#requests = requests;
  }

  see({ rec }: Seen): void {
    if (rec.kind !== 'brain.replied') return;
    const asked = this.#requests.get(rec.req);
    if (asked === undefined) return;
    const role = roleOf(asked);
    const times = this.#roles[role];
    const { req, seq, tick, pid, who } = asked;
    const at = { req, seq, tick, pid, who, role };
    times.total.add(rec.totalMs);
    times.firstToken.add(rec.firstTokenMs);
    times.longest.total.add({ ...at, of: 'total', ms: rec.totalMs });
    times.longest.firstToken.add({ ...at, of: 'first token', ms: rec.firstTokenMs });
  }

  /** Only the longest are kept, so `count` stops at what can be listed. */
  end(open: readonly OpenRequest[]): Found<SlowBrain> {
    const slow = new Worst<SlowBrain>(({ ms, medianMs }) => ms / Math.max(1, medianMs));
    for (const times of Object.values(this.#roles)) {
      if (times.total.count < SLOW_REPLIES) continue;
      const [total, first] = [times.total.median(), times.firstToken.median()];
      const late = times.longest.total.found().rows.filter(({ ms }) => isSlow(ms, total));
      for (const row of late) slow.add({ ...row, medianMs: total });
      // Whose first token came late was late in all: one line for one reply.
      for (const row of times.longest.firstToken.found().rows) {
        if (isSlow(row.ms, first) && !late.some(({ req }) => req === row.req)) slow.add({ ...row, medianMs: first });
      }
      for (const { req, seq, tick, pid, who, ms, kind } of open) {
        const role = roleOf({ who });
        if (kind !== 'brain' || this.#roles[role] !== times || !isSlow(ms, total)) continue;
        slow.add({ req, seq, tick, pid, who, role, of: 'open', ms, medianMs: total });
      }
    }
    return slow.found();
  }
}

const roleOf = ({ who }: { who: string }): Role => (who.startsWith('P') ? 'planner' : 'worker');

const isSlow = (ms: number, median: number): boolean => ms >= SLOW_TIMES * median && ms >= median + SLOW_MS;
