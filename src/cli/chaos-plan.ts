/** Plans of faults for verbs: what is wrong with one ends the verb with the right code. */
import { readPlan } from '../adapters/chaos/plan-file.ts';
import { ConfigError } from '../adapters/config/yaml-file.ts';
import type { FaultSpec } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';

/** @throws UserError 66 where there is no such file, 65 where it is wrong */
export const chaosPlan = (path: string): FaultSpec[] => {
  try {
    return readPlan(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(error.message, error.reason === 'missing' ? EXIT.notFound : EXIT.badInput);
  }
};
