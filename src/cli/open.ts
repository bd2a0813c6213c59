/** `turingos open RUN[@PLACE]`: the console, held at a place; at a tick with the inspector on it. */
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { openConsole } from './console.ts';
import type { CommonOptions } from './options.ts';
import { placeIn, replayTarget, splitPlace } from './replay-target.ts';

export interface OpenOptions extends CommonOptions, ScreenOptions {
  readOnly?: boolean;
}

export const openVerb = async (text: string, options: OpenOptions): Promise<number> => {
  const { home, readOnly = false } = options;
  const { name, place } = splitPlace(text);
  if (options.json === true) {
    throw new UserError(
      `open shows a run on a terminal and prints nothing: \`replay ${name} --json\` tells its events, \`journal cat ${name} --json\` its records`,
      EXIT.usage,
    );
  }
  const { source, id, dir, alive } = await replayTarget(name, home);
  const { last } = await source.extent();
  const at = place === undefined ? last : await placeIn(source, place);
  if (process.stdout.isTTY !== true || process.stdin.isTTY !== true) {
    throw new UserError('open needs a terminal: use replay --plain without one', EXIT.unavailable);
  }
  const inspect = place !== undefined && /^t/i.test(place.trim()) && at.tick > 0 ? at.tick : null;
  const appearance = await appearanceOf(options);
  const opening = { seq: at.seq, inspect, play: false, speed: 1 };
  if (dir === null || !alive) {
    return await openConsole({ home: homeDir(home), appearance, replay: { source, dir, ...opening } });
  }
  // A living run is opened as it is attached to: held there, and with the keys that give orders.
  await source.close();
  return await openConsole({ home: homeDir(home), runId: id, at: opening, readOnly, appearance });
};
