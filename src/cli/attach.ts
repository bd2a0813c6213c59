/** `turingos attach RUN`: the console on a run; with `--json` its notable events, from the first one to its end. */
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { lastRecords } from '../runtime/journal-tail.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { openConsole } from './console.ts';
import { type CommonOptions, wantsLines } from './options.ts';
import { endCode, endObject, goneCode, goneSentence } from './outcome.ts';
import { json } from './print.ts';
import { isNotable, shown, watchRun } from './watch.ts';
import { watchPlain } from './watch-plain.ts';

export interface AttachOptions extends CommonOptions, ScreenOptions {
  plain?: true;
  readOnly?: boolean;
}

export const attachVerb = async (name: string, options: AttachOptions): Promise<number> => {
  const home = homeDir(options.home);
  const { id, dir } = findRun(home, name);
  const { readOnly = false } = options;
  if (options.json !== true) {
    if (wantsLines(options)) return await watchPlain({ id, dir, readOnly });
    if (process.stdout.isTTY === true && process.stdin.isTTY === true) {
      return await openConsole({ home, runId: id, readOnly, appearance: await appearanceOf(options) });
    }
    throw new UserError('attach needs a terminal: use --plain or --json without one', EXIT.unavailable);
  }
  let records = 0;
  const ended = await watchRun(dir, (record) => {
    records = record.seq;
    return isNotable(record) ? json(shown(record)) : undefined;
  });
  if (ended === undefined)
    throw new UserError(goneSentence(id, dir, await lastRecords(dir)), goneCode(dir, EXIT.notPassed));
  await json(endObject(id, dir, ended, records));
  return endCode(ended);
};
