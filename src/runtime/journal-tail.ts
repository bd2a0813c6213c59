/** The end of a journal, without reading the rest: what lists of runs need. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { cannotBeRead } from '../journal/errors.ts';
import { type JournalRecord, parseLine } from '../journal/index.ts';
import { listSegments } from '../journal/segments.ts';

const TAIL_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * The last whole records: those within the last 64 KiB, or as far back as it takes to have one. Oldest first; long texts stay
 * references.
 */
export const lastRecords = async (dir: string): Promise<JournalRecord[]> => {
  for (const path of (await listSegments(dir)).reverse()) {
    const records = lastOf(path);
    // A segment that was just begun holds none.
    if (records.length > 0) return records;
  }
  return [];
};

const lastOf = (path: string): JournalRecord[] => {
  try {
    return readLast(path);
  } catch (error) {
    throw cannotBeRead(path, error);
  }
};

const readLast = (path: string): JournalRecord[] => {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    for (let length = TAIL_BYTES; ; length *= 4) {
      const start = Math.max(0, size - length);
      const bytes = Buffer.alloc(size - start);
      const read = readSync(fd, bytes, 0, bytes.length, start);
      const records = wholeLines(bytes.subarray(0, read), start === 0);
      if (records.length > 0 || start === 0) return records;
    }
  } finally {
    closeSync(fd);
  }
};

/** @param first whether the bytes begin where a line does */
const wholeLines = (bytes: Buffer, first: boolean): JournalRecord[] => {
  const from = first ? 0 : bytes.indexOf(NEWLINE) + 1;
  const lines = bytes.toString('utf8', from, bytes.lastIndexOf(NEWLINE) + 1).split('\n');
  return lines.flatMap((line) => {
    const parsed = parseLine(line);
    return parsed.ok ? [parsed.record] : [];
  });
};
