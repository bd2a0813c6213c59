/** How the console is to look: what the verb was told, over what the configuration says. */
import type { ConsoleFields } from '../adapters/config/console-fields.ts';
import { findConfig } from '../adapters/config/find.ts';
import type { NotifyFields } from '../adapters/config/notify-fields.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import type { Appearance } from '../screens/open-terminal.ts';

export interface ScreenOptions {
  theme?: Appearance['theme'];
  mouse?: boolean;
  config?: string;
}

/** @throws UserError where the configuration is wrong */
export const appearanceOf = async ({ theme, mouse, config }: ScreenOptions): Promise<Appearance> => {
  const written = await writtenIn(findConfig(config));
  return {
    theme: theme ?? written.theme ?? 'auto',
    mouse: mouse ?? written.mouse ?? false,
    bell: written.bell ?? false,
  };
};

/** What reads YAML is loaded where there is some. */
const writtenIn = async (file: string | undefined): Promise<ConsoleFields & Pick<NotifyFields, 'bell'>> => {
  if (file === undefined) return {};
  const { readConsole, readNotify } = await import('../adapters/config/load.ts');
  try {
    const { bell } = readNotify(file);
    return { ...readConsole(file), ...(bell === undefined ? {} : { bell }) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    throw new UserError(error.message, EXIT.badInput);
  }
};
