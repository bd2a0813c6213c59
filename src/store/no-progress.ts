/**
 * A run that goes nowhere: many ticks without progress of any process. The kernel counts by process; where workers fail and are
 * replaced, none of them ever comes near its limit.
 */

/** So many times the stall limit of one process. Healthy runs of the built-in tasks come to less than twice. */
const STALLS = 3;
/** The stall limit where the policy is not at hand: that of the default policy. */
const STALL = 6;

/** @param stallLimit of the policy, 0 for none; @returns ticks since the last progress where they are many, else null */
export const noProgress = (tick: number, last: number, stallLimit: number = STALL): number | null =>
  stallLimit > 0 && tick - last >= STALLS * stallLimit ? tick - last : null;

export const noProgressText = (ticks: number): string => `no progress for ${ticks} ticks`;
