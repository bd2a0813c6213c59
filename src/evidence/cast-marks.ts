/** Which records a cast has markers at, and what they are called: `t84 THRASH_ROUTE P1`. */
import { ROOT_PID } from '../kernel/state.ts';
import type { Rec } from '../store/record.ts';

/** @returns undefined for a record without a marker */
export const castMark = (rec: Rec): string | undefined => {
  switch (rec.kind) {
    case 'trap.raised':
      return `t${rec.tick} ${rec.code} ${who(rec.pid)}`;
    case 'panic.spent':
      return `t${rec.tick} PANIC ${who(rec.pid)}, ${rec.left} left`;
    case 'fault.triggered':
      return `t${rec.tick} FAULT ${rec.fault} ${who(rec.pid)}`;
    case 'run.ended':
      return `t${rec.ticks} END ${rec.outcome}`;
    default:
      return undefined;
  }
};

/** Only the root plans. */
const who = (pid: number): string => `${pid === ROOT_PID ? 'P' : 'w'}${pid}`;
