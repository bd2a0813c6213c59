import type { Policy } from '../../kernel/policy.ts';
import type { TaskSpec } from '../../kernel/task.ts';
import type { Grader } from '../../runtime/ports.ts';
import type { Check } from './graders.ts';

export interface LoadedTask {
  /** What the kernel and the brains may know. */
  spec: TaskSpec;
  /** The world at the start: path → text. */
  files: Record<string, string>;
  /** What only it knows is in neither of the above. */
  grader: Grader;
  /** What the grader is made of, to be kept with the run. */
  checks: readonly Check[];
  /** To be laid over the policy's limits. */
  limits: Partial<Policy['limits']>;
}

/** A task that cannot be had. `message` is one sentence for the user: the thing, the reason, the way out. */
export class TaskError extends Error {
  /** `missing`: no such file or built-in task. `invalid`: it is there and wrong. */
  readonly reason: 'missing' | 'invalid';
  constructor(reason: 'missing' | 'invalid', message: string) {
    super(message);
    this.name = 'TaskError';
    this.reason = reason;
  }
}
