/** What a kernel process left in its log: nothing, unless it could not go on. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

const TAIL_BYTES = 4096;
const WORDS = 300;

/** Its last line; '' for none. */
export const kernelWords = (dir: string): string => {
  let fd: number;
  try {
    fd = openSync(join(dir, 'kernel.log'), 'r');
  } catch {
    return '';
  }
  try {
    const start = Math.max(0, fstatSync(fd).size - TAIL_BYTES);
    const bytes = Buffer.alloc(TAIL_BYTES);
    const read = readSync(fd, bytes, 0, TAIL_BYTES, start);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    return (lines.findLast((line) => line.trim() !== '') ?? '')
      .trim()
      .replace(/^turingos: /, '')
      .slice(0, WORDS);
  } catch {
    return '';
  } finally {
    closeSync(fd);
  }
};
