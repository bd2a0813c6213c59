/** All sections of a configuration at once, as far as a file says what is wrong with it: a run would refuse any of them. */
import { findConfig } from '../adapters/config/find.ts';
import { readKeyBindings } from '../adapters/config/key-bindings.ts';
import { readConsole, readNotify } from '../adapters/config/load.ts';
import { ConfigError } from '../adapters/config/yaml-file.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { KEYS } from '../screens/keys.ts';
import { rebound } from '../screens/rebind.ts';

/** What stands beside the profiles, which have a check of their own. @throws UserError with the sentence that a run would say */
export const checkSections = (config: string | undefined): void => {
  const file = findConfig(config);
  if (file === undefined) return;
  try {
    readConsole(file);
    readNotify(file);
    const keys = readKeyBindings(file);
    const result = rebound(KEYS, keys);
    if (!result.ok) throw keys[result.at]?.wrong(result.why);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(error.message, error.reason === 'missing' ? EXIT.notFound : EXIT.badInput);
  }
};
