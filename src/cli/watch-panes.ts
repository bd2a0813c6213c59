/** `turingos watch RUN --pane thrash,caps`: some panes of the live screen, without the keys that change anything. */
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import type { Watched } from '../screens/watch/watch-layout.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { attachVerb } from './attach.ts';
import { openConsole } from './console.ts';
import { type CommonOptions, wantsLines } from './options.ts';

export interface WatchOptions extends CommonOptions, ScreenOptions {
  pane: readonly Watched[];
}

export const watchVerb = async (name: string, options: WatchOptions): Promise<number> => {
  // Lines have no panes: it is the whole run that is told.
  if (options.json === true) return await attachVerb(name, options);
  const home = homeDir(options.home);
  const { id } = findRun(home, name);
  if (process.stdout.isTTY !== true || process.stdin.isTTY !== true || wantsLines({})) {
    throw new UserError(
      `watch needs a terminal: use \`attach ${id} --plain\` or \`--json\` without one`,
      EXIT.unavailable,
    );
  }
  const appearance = await appearanceOf(options);
  return await openConsole({ home, runId: id, readOnly: true, watched: options.pane, appearance });
};
