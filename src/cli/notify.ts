/** Who is told of a run's troubles: what the configuration says at the moment that its kernel is started. */
import { findConfig } from '../adapters/config/find.ts';
import { readNotify } from '../adapters/config/load.ts';
import type { NotifyFields } from '../adapters/config/notify-fields.ts';
import { ConfigError } from '../adapters/config/yaml-file.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { Launch } from '../runtime/launch.ts';
import { UserError } from '../runtime/user-error.ts';

/** @throws UserError where the configuration is wrong */
export const notifyFields = (config: string | undefined): NotifyFields => {
  const file = findConfig(config);
  if (file === undefined) return {};
  try {
    return readNotify(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(error.message, error.reason === 'missing' ? EXIT.notFound : EXIT.badInput);
  }
};

/** For the kernel; the bell is the console's. */
export const notifyOf = (config: string | undefined): Pick<Launch, 'notify'> => {
  const { bell: _, ...notify } = notifyFields(config);
  return notify.tmux === true || notify.command !== undefined ? { notify } : {};
};
