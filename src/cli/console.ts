/** The way from verbs to the console; React is loaded only on the way to a terminal, never by headless verbs. */
import { setFlagsFromString } from 'node:v8';
import { findConfig } from '../adapters/config/find.ts';
import type { KeyBinding } from '../adapters/config/key-bindings.ts';
import type { ConsoleOptions } from '../app.tsx';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { selfCommand } from './self-command.ts';
import { knownVerbs } from './verbs.ts';

/** @param config what `--config` said: where keys are bound anew */
const keyBindings = async (config: string | undefined): Promise<readonly KeyBinding[]> => {
  const file = findConfig(config);
  if (file === undefined) return [];
  // What reads YAML is loaded where there is some.
  const { readKeyBindings } = await import('../adapters/config/key-bindings.ts');
  try {
    return readKeyBindings(file);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    throw new UserError(error.message, EXIT.badInput);
  }
};

const profileNames = async (config: string | undefined): Promise<string[]> => {
  const { loadProfiles } = await import('../adapters/config/load.ts');
  return loadProfiles(config).all.map(({ name }) => name);
};

/** @returns the exit code */
export const openConsole = async (options: ConsoleOptions & { config?: string }): Promise<number> => {
  // States are made and dropped by the thousand: a young generation that is let grow doubles the memory and gains no time.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { openConsole: open } = await import('../app.tsx');
  const keys = await keyBindings(options.config);
  const profiles = { file: findConfig(options.config), names: () => profileNames(options.config) };
  return await open({ verbs: knownVerbs(), command: selfCommand(), keys, profiles, ...options });
};
