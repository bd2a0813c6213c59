/** How near a process is to THRASH_ROUTE, read from the kernel's own counters. */
import type { Proc, State } from '../kernel/state.ts';

export interface LoopReading {
  /** Accepted replies with the newest route key since the last progress, and where the trap is. */
  same: number;
  sameLimit: number;
  /** Accepted ticks since the last progress. */
  stall: number;
  stallLimit: number;
  /** 0 … 1, the nearer of the two. */
  ratio: number;
}

export const readLoops = (state: State, proc: Proc): LoopReading => {
  const limits = state.policy.traps.THRASH_ROUTE;
  const { route, stall } = proc.loops;
  const newest = route.at(-1);
  const same = newest === undefined ? 0 : route.filter((key) => key === newest).length;
  const sameLimit = limits?.same ?? 0;
  const stallLimit = limits?.stall ?? 0;
  const ratio = limits === undefined ? 0 : Math.min(1, Math.max(same / sameLimit, stall / stallLimit));
  return { same, sameLimit, stall, stallLimit, ratio };
};

/** 0 … 7, for the sparkline. */
export const loopLevel = (state: State, pid: number): number => {
  const proc = state.procs[pid];
  return proc === undefined ? 0 : Math.round(readLoops(state, proc).ratio * 7);
};

/** The process that is nearest to a trap; null when none has anything counted. */
export const worstLoop = (state: State): { proc: Proc; reading: LoopReading } | null => {
  let worst: { proc: Proc; reading: LoopReading } | null = null;
  for (const proc of Object.values(state.procs)) {
    const reading = readLoops(state, proc);
    if (worst === null || reading.ratio > worst.reading.ratio) worst = { proc, reading };
  }
  return worst;
};
