/** What verbs that read one of our own journals from its beginning take: a run, its directory, or its first segment. */
import { basename, dirname, resolve } from 'node:path';
import { listSegments } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { runOrFile } from './run-or-file.ts';

/** @throws UserError 66 where there is no such run or no journal in it, 65 for a file that is not the beginning of ours */
export const journalTarget = async (name: string, home: string | undefined): Promise<string> => {
  const target = await runOrFile(name, home);
  if (target.kind === 'run') {
    if ((await listSegments(target.dir)).length > 0) return target.dir;
    throw new UserError(`run ${target.id} has no journal yet`, EXIT.notFound);
  }
  const { path, format } = target;
  if (format !== 'turingos') {
    throw new UserError(`${path} is a journal of the earlier system, which has no such records`, EXIT.badInput);
  }
  if (Number.parseInt(basename(path), 10) !== 1) {
    throw new UserError(`${path} begins in the middle of a run: give the run's directory`, EXIT.badInput);
  }
  const dir = dirname(resolve(path));
  // In its place it has long texts beside it, and other segments behind it.
  return basename(dir) === 'journal' ? dirname(dir) : resolve(path);
};
