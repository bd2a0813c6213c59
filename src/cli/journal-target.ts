/** What verbs that read a journal alone take: a run's name, or the path of a run's directory or of its first segment. */
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { listSegments } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';

/** @throws UserError 66 where there is no such run or no journal in it, 65 for a file that is none or begins in the middle */
export const journalTarget = async (name: string, home: string | undefined): Promise<string> => {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found?.isFile() === true) return firstSegment(name);
  // A run's name has no slash; a directory that only happens to be called like one does not hide the run.
  const isPath = found !== undefined && (name.includes('/') || name === '.');
  const dir = isPath ? resolve(name) : findRun(homeDir(home), name).dir;
  if ((await listSegments(dir)).length === 0) throw new UserError(`${name} has no journal yet`, EXIT.notFound);
  return dir;
};

const firstSegment = (name: string): string => {
  if (!/^\d{6,}\.ndjson$/.test(basename(name))) {
    const ours = 'give a run, its directory, or its 000001.ndjson';
    throw new UserError(`${name} is not a journal of turingos: ${ours}`, EXIT.badInput);
  }
  if (Number.parseInt(basename(name), 10) === 1) {
    const dir = dirname(resolve(name));
    // In its place it has long texts beside it, and other segments behind it.
    return basename(dir) === 'journal' ? dirname(dir) : resolve(name);
  }
  throw new UserError(`${name} begins in the middle of a run: give the run's directory`, EXIT.badInput);
};
