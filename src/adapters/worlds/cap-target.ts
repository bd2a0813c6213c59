/** What a capability may stand for: the same for task files and for what an operator grants. */
import { pathProblem } from './paths.ts';
import { targetProblem } from './workspace/write.ts';

/** Says what is wrong with a target as a clause, or undefined. */
export const capTargetProblem = (world: 'memory' | 'workspace', target: string): string | undefined =>
  world === 'workspace' ? targetProblem(target)?.detail : pathProblem(target);
