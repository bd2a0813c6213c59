import { existsSync } from 'node:fs';
import { BUILT_IN, builtInTask } from './built-in.ts';
import { type LoadedTask, TaskError } from './task.ts';
import { checkTask } from './task-file.ts';

/**
 * A built-in task by name (its rows drawn from the seed), or a task file by path. A built-in name wins; `./hello` is a file.
 * @param repo `PATH@COMMIT` in place of the task's own, its path relative to here
 * @throws TaskError `missing` or `invalid`, its message fit for the user
 */
export const loadTask = (nameOrPath: string, seed: number, repo?: string): LoadedTask => {
  const builtIn = builtInTask(nameOrPath, seed);
  if (builtIn !== undefined && repo !== undefined) {
    throw new TaskError(
      'invalid',
      `${nameOrPath} is a task in memory: --repo needs a task.yaml with "world: workspace".`,
    );
  }
  if (builtIn !== undefined) return builtIn;
  if (/[/\\]|\.ya?ml$/.test(nameOrPath) || existsSync(nameOrPath)) return checkTask(nameOrPath, repo);
  throw new TaskError(
    'missing',
    `There is no task "${nameOrPath}": name a task.yaml, or a built-in one (${BUILT_IN}).`,
  );
};
