/** Tasks for verbs: what is wrong with one ends the verb with the right code. */
import { type LoadedTask, loadTask, TaskError } from '../adapters/tasks/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';

export const orUserError = <T>(load: () => T): T => {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    throw new UserError(error.message, error.reason === 'missing' ? EXIT.notFound : EXIT.badInput);
  }
};

/** @throws UserError 66 where there is no such task, 65 where it is wrong */
export const taskNamed = (nameOrPath: string, seed: number, repo?: string): LoadedTask =>
  orUserError(() => loadTask(nameOrPath, seed, repo));
