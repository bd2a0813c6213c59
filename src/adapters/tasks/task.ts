import type { Policy } from '../../kernel/policy.ts';
import type { TaskSpec } from '../../kernel/task.ts';
import type { RepoTree } from './repo.ts';
import type { Judge } from './task-schema.ts';

export interface LoadedTask {
  /** What the kernel and the brains may know. */
  spec: TaskSpec;
  /** The world at the start: path → text, over what a repository brings. */
  files: Record<string, string>;
  world: 'memory' | 'workspace';
  /** What the workspace begins with; null for nothing. */
  repo: RepoTree | null;
  /** What only it knows is in none of the above. Kept with the run. */
  judge: Judge;
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
