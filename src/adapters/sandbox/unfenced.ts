/** Commands without any fence, by the operator's explicit choice. */
import { isAbsolute } from 'node:path';
import type { Sandbox } from './contract.ts';
import { execute } from './execute.ts';
import { guarded } from './guard.ts';
import { launched } from './launcher.ts';
import { DEFAULT_LIMITS, prlimitOptions } from './limits.ts';

/**
 * Deadline, output, CPU time, file size and memory are bounded as in the sandbox; processes are not, since the system
 * counts all that the same user runs. What leaves the process group outlives the exec. The environment is as empty as
 * in the sandbox, but for PATH, which is ours: keys are in the environment.
 */
export const openUnfenced = async (): Promise<Sandbox> => ({
  kind: 'none',
  run: (request) => {
    const { workspace } = request;
    const limits = { ...DEFAULT_LIMITS, ...request.limits };
    const [command, ...args] = guarded('group', launched(prlimitOptions(limits, 'shared'), request.argv));
    const env = { PATH: process.env.PATH, HOME: workspace, LANG: 'C.UTF-8' };
    const launch = async () => {
      if (!isAbsolute(workspace)) throw new Error(`the workspace ${workspace} is not an absolute path`);
      return {
        command: command as string,
        args,
        env,
        cwd: workspace,
        tree: 'group' as const,
        user: undefined,
        inputs: [],
      };
    };
    return execute(launch, request, limits);
  },
});
