/** `tags.ndjson` in a run's directory: lines are only ever added, so that two consoles do not undo each other's. */
import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EXIT } from './exit-codes.ts';
import { UserError } from './user-error.ts';

const TagLine = z.object({
  tick: z.int().min(0),
  seq: z.int().min(0),
  text: z.string(),
  labels: z.array(z.string()),
  by: z.literal('operator'),
  at: z.iso.datetime(),
});
export type TagLine = z.infer<typeof TagLine>;

const pathOf = (dir: string): string => join(dir, 'tags.ndjson');

/** All lines ever written, oldest first; what is torn or no tag is left out. */
export const readTagLines = (dir: string): TagLine[] => {
  let text: string;
  try {
    text = readFileSync(pathOf(dir), 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = TagLine.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
};

/** @throws UserError where the run's directory cannot be written to */
export const appendTag = (dir: string, tag: TagLine): void => {
  const path = pathOf(dir);
  try {
    // What a crash left of a line stays a line of its own, and nobody's tag.
    appendFileSync(path, `${isTorn(path) ? '\n' : ''}${JSON.stringify(tag)}\n`, { mode: 0o600 });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new UserError(`the tag cannot be written to ${path} (${code}): make it writable`, EXIT.unavailable);
  }
};

const isTorn = (path: string): boolean => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  } finally {
    closeSync(fd);
  }
};
