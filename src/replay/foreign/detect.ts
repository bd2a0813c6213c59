/** Which journal a file is, by what stands in its first lines. */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { foreignProblem, notAFile, ownSegment, unreadable } from './problem.ts';

export type ForeignFormat = 'legacy-log' | 'legacy-merkle' | 'legacy-trace';
export type JournalFormat = 'turingos' | ForeignFormat;

const HEAD_BYTES = 64 * 1024;
/** Lines with something in them that are looked at: garbage may stand before the first record, but not for long. */
const HEAD_LINES = 8;

/** Beginnings, since a first line may be longer than the head that is read. */
const SHAPES: readonly (readonly [JournalFormat, RegExp])[] = [
  ['turingos', /^\{"v":1,"seq":\d+,"ts":"[^"]*","run":"/],
  ['legacy-merkle', /^\{\s*"ts"\s*:\s*"[^"]*"\s*,\s*"entry"\s*:\s*"/],
  ['legacy-trace', /^\{\s*"tick_seq"\s*:/],
  ['legacy-log', /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] \[\w+\]/],
];

/** A file with nothing in it has the format that its name says: there is no content to tell. */
const NAMES: readonly (readonly [ForeignFormat, RegExp])[] = [
  ['legacy-merkle', /\.journal\.merkle\.jsonl$/],
  ['legacy-log', /\.journal\.log$/],
  ['legacy-trace', /\.jsonl$/],
];

/**
 * @returns undefined where it is none of the formats
 * @throws ForeignError where there is no such file, or it cannot be read
 */
export const detectFormat = async (path: string): Promise<JournalFormat | undefined> => {
  const head = await headOf(path);
  if (head.includes(0)) return undefined;
  const lines = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) return NAMES.find(([, name]) => name.test(basename(path)))?.[0];
  for (const line of lines.slice(0, HEAD_LINES)) {
    const shape = SHAPES.find(([, begins]) => begins.test(line));
    if (shape !== undefined) return shape[0];
  }
  return undefined;
};

/** @throws ForeignError where the file is not a journal of another format */
export const foreignFormat = async (path: string): Promise<ForeignFormat> => {
  const format = await detectFormat(path);
  if (format === undefined) throw foreignProblem(path);
  if (format === 'turingos') throw ownSegment(path);
  return format;
};

const headOf = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const stat = await file.stat();
    // A pipe or a device would be waited for, or never end.
    if (!stat.isFile()) throw notAFile(path, stat.isDirectory() ? 'a directory' : 'a device or a pipe');
    const { buffer, bytesRead } = await file
      .read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
      .catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};
