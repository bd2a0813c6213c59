/**
 * Every threshold of the kernel as data. The whole policy is materialised in `run.started`, so that an old journal is judged by
 * the rules of its day. A field that is absent means that its behaviour is off.
 */
import { z } from 'zod';

const count = z.int().min(1);
/** As many as a timer can count. */
const ms = z.int().min(1).max(2_147_483_647).meta({ unit: 'ms' });
const milli = z.int().min(0).max(2000).meta({ unit: 'thousandths' });

export const Policy = z.strictObject({
  handleStyle: z.enum(['short', 'url']).describe('How handles of capabilities look to brains: `h1`, or as a URL.'),
  frame: z.strictObject({
    limit: z
      .int()
      .min(2048)
      .max(65_536)
      .meta({ unit: 'UTF-16 units' })
      .describe('Longest frame; the fixed system prompt comes on top.'),
    pageTokens: z.int().min(4).describe('Page tokens of a process that stay valid.'),
  }),
  limits: z.strictObject({
    maxTicks: count.describe('Dispatches that the run may spend.'),
    outageMs: ms.describe('Back-off time that a process may spend in a row on an endpoint that does not answer.'),
    tokens: count.optional().describe('Tokens, in and out together, that all brains may spend.'),
    wallMs: ms.optional().describe('Time at work; pauses and time without a kernel do not count.'),
    cost: count
      .meta({ unit: 'millionths of a dollar' })
      .optional()
      .describe('What all brains may cost; one without a price costs nothing.'),
    brainMs: ms.describe('Time for one reply; a later one is a DEADLINE trap.'),
    opMs: ms.describe('Time for one world op, observation or grading.'),
    maxTokens: count.meta({ unit: 'tokens' }).describe('Longest reply, thinking included.'),
  }),
  backoff: z.strictObject({
    firstMs: ms.describe('First wait for an endpoint that does not answer; each further one is twice as long.'),
    maxMs: ms.describe('Longest of these waits.'),
  }),
  workers: z
    .strictObject({
      pool: count.describe('Workers of a map alive at once, and thereby dispatched at once.'),
      aheadBy: count.describe('Votes by which the leader must be ahead; no more than `ballots`.'),
      ballots: count.describe('Ballots that a step may hand out before it has no consensus.'),
    })
    .refine(
      ({ aheadBy, ballots }) => aheadBy <= ballots,
      'aheadBy is more than ballots: no step could ever be decided',
    ),
  temperatures: z.strictObject({
    planner: milli.describe('Of the planner.'),
    workers: z.array(milli).min(1).describe('Of the workers: by ballot, in turn.'),
    perTrap: milli
      .optional()
      .describe('Added for each trap in a row: the same frame at the same temperature would bring the same mistake.'),
    max: milli.optional().describe('What `perTrap` raises to, at most.'),
  }),
  traps: z.strictObject({
    LOG_FLOOD: z
      .strictObject({
        phase: z.literal('before'),
        bytes: count
          .meta({ unit: 'bytes' })
          .describe('Output of one op beyond which the brain is told to read its pages.'),
      })
      .optional()
      .describe('More output than a frame can show.'),
    THRASH_ROUTE: z
      .strictObject({
        phase: z.literal('loop'),
        same: count.describe('The same route so often, within the last `stall` replies.'),
        stall: count.meta({ unit: 'ticks' }).describe('So long without any progress.'),
      })
      .optional()
      .describe('Looking and looking again without progress.'),
    THRASH_MIND: z
      .strictObject({
        phase: z.literal('loop'),
        ticks: count.meta({ unit: 'ticks' }).describe('So many in a row with mind ops only.'),
      })
      .optional()
      .describe('Thinking without acting.'),
    WATCHDOG: z
      .strictObject({ phase: z.literal('loop'), same: count.describe('The same reply so often in a row.') })
      .optional()
      .describe('The same ops again and again, whatever they change.'),
    PERIOD_LOOP: z
      .strictObject({
        phase: z.literal('loop'),
        times: count.describe('The same world, q, place and stack so often.'),
        window: count.meta({ unit: 'replies' }).describe('How far back is looked.'),
        minPeriod: count.meta({ unit: 'ticks' }).describe('Shortest round; what repeats faster is for the others.'),
      })
      .optional()
      .describe('Going in rounds.'),
  }),
  firstLooks: count.describe('Looks at something new that count as progress between two harder pieces of progress.'),
  streak: count.describe('Traps in a row after which a worker is retired and the root takes a panic reset.'),
  redFlags: count.describe('Rejected replies after which a worker is retired.'),
  rejections: count.describe('Rejections by the grader that end the run as FAILED.'),
  panicBudget: z.int().min(0).describe('Panic resets of the root; one more than these ends the run as DEAD.'),
  pauseOn: z
    .strictObject({
      thrash: count.optional().describe('So many thrash traps, of any kind.'),
      panic: z.int().min(0).optional().describe('A panic reset that leaves so many units or fewer.'),
      denied: count.optional().describe('So many denied asks for a capability.'),
    })
    .optional()
    .describe('Troubles at which the run pauses by itself; counts begin anew with each such pause.'),
  pace: z
    .union([z.literal('max'), z.int().min(1).max(60_000)])
    .meta({ unit: 'ms' })
    .optional()
    .describe('Between two tokens, where the operator has changed it; absent: as the run was launched.'),
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
