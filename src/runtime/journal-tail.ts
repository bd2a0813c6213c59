/** The end of a journal, without reading the rest: what lists of runs need. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type JournalRecord, parseLine } from '../journal/index.ts';
import { listSegments } from '../journal/segments.ts';

const TAIL_BYTES = 64 * 1024;

/** The last whole records within the last 64 KiB, oldest first; long texts stay references. */
export const lastRecords = async (dir: string): Promise<JournalRecord[]> => {
  const path = (await listSegments(dir)).at(-1);
  if (path === undefined) return [];
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    readSync(fd, bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8').split('\n').slice(0, -1);
    if (start > 0) lines.shift();
    return lines.flatMap((line) => {
      const parsed = parseLine(line);
      return parsed.ok ? [parsed.record] : [];
    });
  } finally {
    closeSync(fd);
  }
};
