/** A journal of another format as something to travel in. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { TimeSource } from '../../store/time-source.ts';
import { recordsSource } from '../records-source.ts';
import { foreignFormat } from './detect.ts';
import { type Entry, entriesOf } from './entries.ts';
import { tooLarge } from './problem.ts';
import { translate } from './translate.ts';

/** Bytes; a record of ours is several times as large as what it was made from, and all are held in memory. */
const OPEN_MAX = 32 * 1024 * 1024;

/** @throws ForeignError where the file cannot be read, is of none of the formats, or is too large to be held in memory */
export const openForeign = async (path: string): Promise<TimeSource> => {
  const format = await foreignFormat(path);
  const { size } = await stat(path);
  if (size > OPEN_MAX) throw tooLarge(path, size, OPEN_MAX);
  const entries: Entry[] = [];
  for await (const entry of entriesOf(path, format)) entries.push(entry);
  const name = basename(path);
  return recordsSource({ format, name, records: translate(entries, name, taskName(path)) });
};

/** `.journal.log` alone says nothing: the folder tells which run it was. */
const taskName = (path: string): string => {
  const name = basename(path).replace(/\.(journal\.log|journal\.merkle\.jsonl|jsonl|log)$/, '');
  return name === '' ? basename(dirname(resolve(path))) || basename(path) : name;
};
