import { existsSync } from 'node:fs';
import { BUILT_IN, builtInTask } from './built-in.ts';
import { type LoadedTask, TaskError } from './task.ts';
import { checkTask } from './task-file.ts';

/**
 * A built-in task by name (its rows drawn from the seed), or a task file by path. A built-in name wins; `./hello` is a file.
 * @throws TaskError `missing` or `invalid`, its message fit for the user
 */
export const loadTask = (nameOrPath: string, seed: number): LoadedTask => {
  const builtIn = builtInTask(nameOrPath, seed);
  if (builtIn !== undefined) return builtIn;
  if (/[/\\]|\.ya?ml$/.test(nameOrPath) || existsSync(nameOrPath)) return checkTask(nameOrPath);
  throw new TaskError(
    'missing',
    `There is no task "${nameOrPath}": name a task.yaml, or a built-in one (${BUILT_IN}).`,
  );
};
