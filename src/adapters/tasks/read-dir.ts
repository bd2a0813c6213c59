import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { byCodeUnit } from '../worlds/paths.ts';

/** Every file is recorded in the journal's first record, so what a task brings along is bounded. */
export const MAX_FILES = 1000;
export const MAX_BYTES = 4 * 1024 * 1024;

/** @throws Error with a clause when it is no UTF-8 text */
export const readText = (path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Error('it is not UTF-8 text');
    throw error;
  }
};

/**
 * The text files below a directory that a task file names, by their path in it. The directory lies below the task file's own, by
 * real path, and does not hold the task file, since a brain could read there what the grader knows.
 * @throws Error with a clause that says what is wrong
 */
export const readDir = (taskPath: string, dir: string): Record<string, string> => {
  if (isAbsolute(dir)) throw new Error('it must be relative to the task file');
  const home = realpathSync(dirname(taskPath));
  const root = realpathOf(join(home, dir));
  if (!isBelow(home, root)) throw new Error("it must lie below the task file's directory, and not be that directory");
  const found: Record<string, string> = {};
  let bytes = 0;
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort(byCodeUnit)) {
      const path = join(at, name);
      const shown = relative(root, path).split(sep).join('/');
      const stat = lstatSync(path);
      if (stat.isDirectory()) {
        walk(path);
        continue;
      }
      if (!stat.isFile()) throw new Error(`${shown} is neither a file nor a directory (links are not followed)`);
      bytes += stat.size;
      if (bytes > MAX_BYTES) throw new Error(`it holds more than ${MAX_BYTES} bytes`);
      if (Object.keys(found).length === MAX_FILES) throw new Error(`it holds more than ${MAX_FILES} files`);
      found[shown] = textOf(path, shown);
    }
  };
  walk(root);
  return found;
};

const realpathOf = (path: string): string => {
  try {
    const real = realpathSync(path);
    if (lstatSync(real).isDirectory()) return real;
  } catch {
    throw new Error('there is no such directory');
  }
  throw new Error('it is not a directory');
};

const isBelow = (home: string, path: string): boolean =>
  path !== home && path.startsWith(home === sep ? sep : home + sep);

const textOf = (path: string, shown: string): string => {
  try {
    return readText(path);
  } catch (error) {
    throw new Error(`${shown}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
