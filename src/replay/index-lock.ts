/** One index, one writer: whoever finds it being written only reads. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError } from '../journal/errors.ts';
import { indexDir } from '../journal/index-files.ts';
import { type Lock, takeLock } from '../journal/lock.ts';
import { COUNTED, snapshotsFile, statesFile } from './index-tables.ts';

/** Not with the directories above it: a run that was deleted meanwhile is not to leave an empty one behind. */
export const makeIndexDir = (dir: string): void => {
  try {
    mkdirSync(dir);
  } catch (error) {
    if (!existsSync(dir) || !statSync(dir).isDirectory()) throw error;
  }
};

/** @throws JournalError `locked` */
export const lockIndex = (dir: string): Lock => {
  makeIndexDir(dir);
  try {
    return takeLock(join(dir, 'lock'));
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'locked') throw error;
    throw new JournalError('locked', `The index ${dir} is being written by another process; it is complete soon.`);
  }
};

/** @param lock text of the lock of a journal whose writer is known to be dead; where it held the index too, that is free now */
export const dropDeadIndexLock = (runDir: string, lock: string): void => {
  const path = join(indexDir(runDir), 'lock');
  if (existsSync(path) && readFileSync(path, 'utf8') === lock) rmSync(path, { force: true });
};

/** Deletes a run's index; it is made anew when it is needed. @throws JournalError `locked` while it is being written */
export const dropIndex = (runDir: string, dir = indexDir(runDir)): void => {
  const lock = lockIndex(dir);
  try {
    for (const path of [snapshotsFile(dir), statesFile(dir), ...COUNTED.map((name) => join(dir, name))]) {
      rmSync(path, { force: true });
    }
  } finally {
    lock.release();
  }
};
