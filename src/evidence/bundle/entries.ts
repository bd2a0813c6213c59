/** The files and links of a directory, at any depth. Links are named, never followed; what is neither file, link nor directory is left out. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';

export interface Entry {
  /** Below the directory, `/`-separated. */
  path: string;
  type: 'file' | 'link' | 'dir';
}

/** Directories before what is in them; in order of their names. */
export function* entriesOf(dir: string, below = ''): Generator<Entry, void, undefined> {
  const found = readdirSync(join(dir, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of found) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile()) yield { path, type: 'file' };
    else if (entry.isSymbolicLink()) yield { path, type: 'link' };
    else if (entry.isDirectory()) {
      yield { path, type: 'dir' };
      yield* entriesOf(dir, path);
    }
  }
}

const CHUNK = 1024 * 1024;

/** SHA-256 of a file's bytes, or of what a link points to. */
export const digestOf = (dir: string, { path, type }: Entry): string => {
  const hash = createHash('sha256');
  if (type === 'link') return hash.update(readlinkSync(join(dir, path))).digest('hex');
  const fd = openSync(join(dir, path), 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
};
