/** Exit codes of every verb, after sysexits where there is one. */
export const EXIT = {
  ok: 0,
  /** The run ended other than passed. */
  notPassed: 1,
  /** Two runs are not the same. */
  differ: 1,
  usage: 2,
  /** Verification found a break or a divergence. */
  diverged: 3,
  badInput: 65,
  notFound: 66,
  unavailable: 69,
  internal: 70,
  busy: 75,
  killed: 130,
} as const;
