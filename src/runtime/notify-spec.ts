/** Whom a run's kernel tells of troubles and of its end. */
import { z } from 'zod';

/** `pause`: by itself. `wait`: an endpoint does not answer. */
export const MOMENTS = ['thrash', 'panic', 'pause', 'wait', 'end'] as const;
export type Moment = (typeof MOMENTS)[number];

export const NotifySpec = z.strictObject({
  tmux: z.boolean().optional().describe('A message in the tmux that the run was started in; default: no.'),
  command: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(32)
    .optional()
    .describe(
      'A program with its arguments, without a shell; it gets the facts as JSON on stdin and in `TURINGOS_…` variables.',
    ),
  on: z.array(z.enum(MOMENTS)).min(1).max(MOMENTS.length).optional().describe('When; default: at all of them.'),
});
export type NotifySpec = z.infer<typeof NotifySpec>;
