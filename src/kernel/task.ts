/** What a run is asked to do, as the kernel knows it. What the grader knows is not in here. */
import { z } from 'zod';
import { LIMITS, Rights } from './syscalls.ts';

/** A root capability. A target that ends in `/` is a directory and covers its subtree; `x` names a fixed argv prefix. */
export const RootCap = z.union([
  z.strictObject({ rights: Rights.exclude(['x']), target: z.string().min(1).max(LIMITS.path) }),
  z.strictObject({
    rights: z.literal('x'),
    target: z.string().min(1).max(LIMITS.path),
    argv: z.array(z.string().max(LIMITS.arg)).min(1).max(LIMITS.args),
    /** Whether the brain may add arguments. */
    more: z.boolean(),
  }),
]);
export type RootCap = z.infer<typeof RootCap>;

export const TaskSpec = z.strictObject({
  name: z.string().min(1).max(80),
  goal: z.string().min(1).max(65_536),
  caps: z.array(RootCap).max(32),
  /** Targets that the run must have written before the root may halt. */
  evidence: z.array(z.string().min(1).max(LIMITS.path)).max(16),
  /** Wordings of a step that siblings get in turn; `{text}` stands for the planner's own. */
  variants: z.array(z.string().includes('{text}').max(LIMITS.taskText)).max(9),
});
export type TaskSpec = z.infer<typeof TaskSpec>;
