/** Where the configuration file is. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const CONFIG_NAME = 'turingos.config.yaml';

/**
 * @param named what `--config` said; it need not exist
 * @returns absolute; undefined where there is none
 */
export const findConfig = (named?: string): string | undefined =>
  named === undefined ? configPlaces().find((path) => existsSync(path)) : resolve(named);

/** Where it is looked for, in this order. */
export const configPlaces = (): string[] => {
  const config = process.env.XDG_CONFIG_HOME;
  const base = config === undefined || config === '' ? join(homedir(), '.config') : config;
  return [resolve(CONFIG_NAME), join(base, 'turingos', 'config.yaml')];
};
