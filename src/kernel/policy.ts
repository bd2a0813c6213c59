/**
 * Every threshold of the kernel as data. The whole policy is materialised in `run.started`, so that an old journal is judged by
 * the rules of its day. A field that is absent means that its behaviour is off.
 */
import { z } from 'zod';

const count = z.int().min(1);
/** Milliseconds, as many as a timer can count. */
const ms = z.int().min(1).max(2_147_483_647);
/** Thousandths. */
const milli = z.int().min(0).max(2000);

export const Policy = z.strictObject({
  handleStyle: z.enum(['short', 'url']),
  frame: z.strictObject({
    /** UTF-16 units, the fixed system prompt apart. */
    limit: z.int().min(2048).max(65_536),
    /** Page tokens of a process that stay valid. */
    pageTokens: z.int().min(4),
  }),
  limits: z.strictObject({
    /** Dispatches a run may spend. */
    maxTicks: count,
    /** Back-off time a process may spend in a row on an endpoint that does not answer. */
    outageMs: ms,
    /** Tokens, in and out together, that all brains may spend; absent: no limit. */
    tokens: count.optional(),
    /** Time at work, pauses and time without a kernel apart; absent: no limit. */
    wallMs: ms.optional(),
    /** Millionths of a dollar that all brains may cost; absent: no limit. */
    cost: count.optional(),
    brainMs: ms,
    opMs: ms,
    maxTokens: count,
  }),
  backoff: z.strictObject({ firstMs: ms, maxMs: ms }),
  workers: z
    .strictObject({
      /** Workers of a map alive at once, and thereby dispatched at once. */
      pool: count,
      /** Votes by which the leader must be ahead. */
      aheadBy: count,
      /** Ballots a step may hand out before it has no consensus. */
      ballots: count,
    })
    .refine(
      ({ aheadBy, ballots }) => aheadBy <= ballots,
      'aheadBy is more than ballots: no step could ever be decided',
    ),
  temperatures: z.strictObject({
    planner: milli,
    /** By ballot, in turn. */
    workers: z.array(milli).min(1),
    /** Added for each trap in a row: the same frame at the same temperature would bring the same mistake. */
    perTrap: milli.optional(),
    max: milli.optional(),
  }),
  traps: z.strictObject({
    LOG_FLOOD: z.strictObject({ phase: z.literal('before'), bytes: count }).optional(),
    THRASH_ROUTE: z.strictObject({ phase: z.literal('loop'), same: count, stall: count }).optional(),
    THRASH_MIND: z.strictObject({ phase: z.literal('loop'), ticks: count }).optional(),
    WATCHDOG: z.strictObject({ phase: z.literal('loop'), same: count }).optional(),
    PERIOD_LOOP: z.strictObject({ phase: z.literal('loop'), times: count, window: count, minPeriod: count }).optional(),
  }),
  /** Looks at something new that count as progress between two harder pieces of progress. */
  firstLooks: count,
  /** Traps in a row after which a worker is retired and the root takes a panic reset. */
  streak: count,
  /** Rejected replies after which a worker is retired. */
  redFlags: count,
  /** Rejections by the grader that end a run. */
  rejections: count,
  panicBudget: z.int().min(0),
  /** Troubles at which the run pauses by itself; counts begin anew with each such pause. */
  pauseOn: z
    .strictObject({
      /** Thrash traps, of any kind. */
      thrash: count.optional(),
      /** Pauses at a panic reset that leaves so many units or fewer. */
      panic: z.int().min(0).optional(),
      /** Denied asks for a capability. */
      denied: count.optional(),
    })
    .optional(),
  /** Milliseconds between two tokens, where the operator has changed it; absent: as the run was launched. */
  pace: z.union([z.literal('max'), z.int().min(1).max(60_000)]).optional(),
});
export type Policy = z.infer<typeof Policy>;

export const DEFAULT_POLICY: Policy = {
  handleStyle: 'short',
  frame: { limit: 4096, pageTokens: 128 },
  limits: { maxTicks: 1000, outageMs: 1_800_000, brainMs: 120_000, opMs: 30_000, maxTokens: 1024 },
  backoff: { firstMs: 1000, maxMs: 60_000 },
  workers: { pool: 4, aheadBy: 2, ballots: 9 },
  temperatures: { planner: 0, workers: [200, 700, 400, 1000], perTrap: 300, max: 1000 },
  traps: {
    LOG_FLOOD: { phase: 'before', bytes: 32_768 },
    THRASH_ROUTE: { phase: 'loop', same: 4, stall: 6 },
    THRASH_MIND: { phase: 'loop', ticks: 3 },
    WATCHDOG: { phase: 'loop', same: 5 },
    PERIOD_LOOP: { phase: 'loop', times: 3, window: 50, minPeriod: 2 },
  },
  firstLooks: 24,
  streak: 4,
  redFlags: 3,
  rejections: 4,
  panicBudget: 3,
};
