/** Route thrashing: what repeats, how often it came to a trap, and what was gained last. */
import type { State } from '../../kernel/state.ts';
import type { TrapCode } from '../../kernel/words.ts';
import { opText, roleLetter } from '../op-text.ts';
import type { Rec } from '../record.ts';
import { drop } from '../ring.ts';

const LOOP_CODES: readonly TrapCode[] = ['THRASH_ROUTE', 'THRASH_MIND', 'WATCHDOG', 'PERIOD_LOOP'];
export const isLoopTrap = (code: TrapCode): boolean => LOOP_CODES.includes(code);

/** Equal ops of one process in a row. */
export interface Repeat {
  what: string;
  /** Its `q` in the newest of them, and whether all had it. */
  q: string;
  sameQ: boolean;
  from: number;
  to: number;
  times: number;
}

export interface ThrashEpisode {
  pid: number;
  who: string;
  code: TrapCode;
  tick: number;
  evidence: string;
}

export interface Thrash {
  repeats: Readonly<Record<string, Repeat>>;
  /** Loop traps that their processes have not got over, oldest first. */
  open: readonly ThrashEpisode[];
  episodes: number;
  /** Most equal ops in a row that any process has done. */
  longest: number;
  lastProgress: { tick: number; what: string } | null;
}

export const noThrash: Thrash = { repeats: {}, open: [], episodes: 0, longest: 0, lastProgress: null };

export const foldThrash = (thrash: Thrash, rec: Rec, before: State, after: State): Thrash => {
  switch (rec.kind) {
    case 'reply.accepted': {
      const what = opText(rec.world, before.procs[rec.pid]?.caps);
      const old = thrash.repeats[rec.pid];
      const again = old !== undefined && old.what === what;
      const repeat: Repeat = {
        what,
        q: rec.q,
        sameQ: again ? old.sameQ && old.q === rec.q : true,
        from: again ? old.from : rec.tick,
        to: rec.tick,
        times: again ? old.times + 1 : 1,
      };
      return {
        ...thrash,
        repeats: { ...thrash.repeats, [rec.pid]: repeat },
        longest: Math.max(thrash.longest, repeat.times),
      };
    }
    case 'trap.raised': {
      if (!isLoopTrap(rec.code)) return thrash;
      const who = `${roleLetter(before.procs[rec.pid]?.role ?? 'worker')}${rec.pid}`;
      const { pid, code, tick, evidence } = rec;
      const open = [...thrash.open.filter((episode) => episode.pid !== pid), { pid, who, code, tick, evidence }];
      return { ...thrash, open, episodes: thrash.episodes + 1 };
    }
    case 'tick.committed': {
      if (rec.progress === null) return thrash;
      const what = thrash.repeats[rec.pid]?.what ?? rec.progress;
      return over({ ...thrash, lastProgress: { tick: rec.tick, what } }, rec.pid);
    }
    case 'map.joined':
      if (!rec.progress) return thrash;
      return over({ ...thrash, lastProgress: { tick: after.tick, what: `map ${rec.map} joined` } }, rec.pid);
    case 'process.ended':
      return over(thrash, rec.pid);
    default:
      return thrash;
  }
};

/** The process made progress, or is gone: what it repeated no longer counts. */
const over = (thrash: Thrash, pid: number): Thrash => ({
  ...thrash,
  repeats: drop(thrash.repeats, pid),
  open: thrash.open.some((episode) => episode.pid === pid)
    ? thrash.open.filter((episode) => episode.pid !== pid)
    : thrash.open,
});
