/** The end of a journal, without reading the rest: what lists of runs need. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { cannotBeRead } from '../journal/errors.ts';
import { type JournalRecord, parseLine } from '../journal/index.ts';
import { listSegments } from '../journal/segments.ts';

const TAIL_BYTES = 64 * 1024;
/** Enough for the last record of a run that has ended. */
const GLANCE_BYTES = 4096;
const NEWLINE = 10;

export interface TailWish {
  /** A kind of record that says all: where the very last one is of it, the few before it are not looked for. */
  enough?: string;
  /** A kind of record without which the end says too little, however much was streamed since. */
  back?: string;
  /** The same of a record of any kind, but no farther back than so many bytes, and within the last segment. */
  until?: { fits(record: JournalRecord): boolean; bytes: number };
}

/**
 * The last whole records: those within the last 64 KiB, or as far back as it takes to have one, and one of the kind that was
 * asked for. Oldest first; long texts stay references.
 */
export const lastRecords = async (dir: string, wish: TailWish = {}): Promise<JournalRecord[]> => {
  let found: JournalRecord[] = [];
  for (const path of (await listSegments(dir)).reverse()) {
    found = [...lastOf(path, wish), ...found];
    // A segment that was just begun holds none.
    if (found.length > 0 && (wish.until !== undefined || saysEnough(found, wish))) return found;
  }
  return found;
};

const saysEnough = (records: readonly JournalRecord[], { enough, back, until }: TailWish): boolean =>
  until !== undefined
    ? records.some(until.fits)
    : back === undefined || records.some(({ kind }) => kind === back || kind === enough);

/** Undefined where there is none. */
export const firstRecord = async (dir: string): Promise<JournalRecord | undefined> => {
  const [path] = await listSegments(dir);
  if (path === undefined) return undefined;
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(TAIL_BYTES);
    const end = bytes.subarray(0, readSync(fd, bytes, 0, TAIL_BYTES, 0)).indexOf(NEWLINE);
    const parsed = parseLine(bytes.toString('utf8', 0, Math.max(0, end)));
    return parsed.ok ? parsed.record : undefined;
  } finally {
    closeSync(fd);
  }
};

const lastOf = (path: string, wish: TailWish): JournalRecord[] => {
  try {
    return readLast(path, wish);
  } catch (error) {
    throw cannotBeRead(path, error);
  }
};

const readLast = (path: string, wish: TailWish): JournalRecord[] => {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    for (
      let length = wish.enough === undefined ? TAIL_BYTES : GLANCE_BYTES;
      ;
      length = Math.max(TAIL_BYTES, length * 4)
    ) {
      const start = Math.max(0, size - length);
      const bytes = Buffer.alloc(size - start);
      const read = readSync(fd, bytes, 0, bytes.length, start);
      const records = wholeLines(bytes.subarray(0, read), start === 0);
      const all =
        records.at(-1)?.kind === wish.enough ||
        (length >= TAIL_BYTES && saysEnough(records, wish)) ||
        length >= (wish.until?.bytes ?? Number.POSITIVE_INFINITY);
      if ((records.length > 0 && all) || start === 0) return records;
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
