/** `turingos attach RUN`: the console on a run; with `--json` its notable events, from the first one to its end. */
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { openConsole } from './console.ts';
import type { CommonOptions } from './options.ts';
import { endCode, endObject, goneSentence } from './outcome.ts';
import { json } from './print.ts';
import { isNotable, shown, watchRun } from './watch.ts';

export const attachVerb = async (name: string, options: CommonOptions & { readOnly?: boolean }): Promise<number> => {
  const home = homeDir(options.home);
  const { id, dir } = findRun(home, name);
  if (options.json !== true) {
    if (process.stdout.isTTY === true && process.stdin.isTTY === true) {
      return await openConsole({ home, runId: id, readOnly: options.readOnly === true });
    }
    throw new UserError('attach needs a terminal; with --json it prints the events of the run', EXIT.unavailable);
  }
  let records = 0;
  const ended = await watchRun(dir, (record) => {
    records = record.seq;
    return isNotable(record) ? json(shown(record)) : undefined;
  });
  if (ended === undefined) throw new UserError(goneSentence(id, dir), EXIT.notPassed);
  await json(endObject(id, dir, ended, records));
  return endCode(ended);
};
