/** `turingos replay RUN|FILE`: the live screen over a cursor, from the beginning; `--plain` the same as sentences. */
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { openConsole } from './console.ts';
import { type CommonOptions, wantsLines } from './options.ts';
import { replayPlain } from './plain.ts';
import { replayTarget } from './replay-target.ts';

export interface ReplayOptions extends CommonOptions, ScreenOptions {
  plain?: true;
  /** Multiple of the recorded pace. */
  speed?: number;
}

export const replayVerb = async (name: string, options: ReplayOptions): Promise<number> => {
  const { home, json, speed } = options;
  const lines = wantsLines(options) || json === true;
  // First, since that a run is missing is told also where there is no terminal.
  const { source, dir } = await replayTarget(name, home);
  if (!lines && !(process.stdout.isTTY === true && process.stdin.isTTY === true)) {
    await source.close();
    throw new UserError('replay needs a terminal: use --plain or --json without one', EXIT.unavailable);
  }
  if (lines) return await replayPlain(source, { speed, json: json === true }).finally(() => source.close());
  const { first } = await source.extent();
  return await openConsole({
    home: homeDir(home),
    appearance: await appearanceOf(options),
    replay: { source, dir, seq: first.seq, inspect: null, play: true, speed: speed ?? 1 },
  });
};
