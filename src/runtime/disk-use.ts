/** How much of the disk a run takes: everything in its directory. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK = 512;

/** Bytes on the disk. What goes or cannot be looked at while it is counted counts nothing. */
export const diskUse = async (dir: string): Promise<number> => {
  let sum = 0;
  const waiting = [dir];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) continue;
    sum += found.blocks * BLOCK;
    if (!found.isDirectory()) continue;
    for (const name of await readdir(path).catch(() => [])) waiting.push(join(path, name));
  }
  return sum;
};
