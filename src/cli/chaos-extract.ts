/** `turingos chaos extract RUN… -o FILE`: the stretches of journals in which processes thrashed, line for line. */
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { type Stretch, ThrashStretches } from '../evidence/chaos/thrashing.ts';
import { BlobStore, parseLine, payloadOf, readLineBatches, readRecords } from '../journal/index.ts';
import { payloadProblem } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { asRecs } from '../store/record.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { theRun } from './run-or-file.ts';

export interface ExtractOptions extends CommonOptions {
  output: string;
}

interface Extracted {
  run: string;
  episodes: number;
  stretches: Stretch[];
  records: number;
  events: number;
}

export const extractVerb = async (names: readonly string[], options: ExtractOptions): Promise<number> => {
  const { output } = options;
  if (existsSync(output)) throw new UserError(`${output} is there already: name another file with -o`, EXIT.badInput);
  const targets = [];
  for (const name of names) targets.push(await theRun(name, options.home, 'what is extracted is told by whole runs'));
  const fd = opened(output);
  const found: Extracted[] = [];
  try {
    for (const { id, dir } of targets) found.push(await extract(id, dir, fd));
  } catch (error) {
    rmSync(output, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  const sum = (of: (one: Extracted) => number): number => found.reduce((total, one) => total + of(one), 0);
  const [episodes, records, events] = [sum((o) => o.episodes), sum((o) => o.records), sum((o) => o.events)];
  if (episodes === 0) rmSync(output, { force: true });
  if (options.json === true)
    await json({ file: episodes === 0 ? null : output, episodes, records, events, runs: found });
  else if (episodes === 0)
    await line(`nobody thrashed in ${found.length === 1 ? 'this run' : 'these runs'}: there is no ${output}`);
  else
    await line(`${output}: ${episodes} episodes of ${found.length} runs, ${records} records, ${events} of them events`);
  return EXIT.ok;
};

const opened = (output: string): number => {
  try {
    return openSync(output, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${output} cannot be written (${code}): name another file with -o`, EXIT.unavailable);
  }
};

/** @throws JournalError where the journal is broken */
const extract = async (run: string, dir: string, fd: number): Promise<Extracted> => {
  const fold = new ThrashStretches();
  for await (const record of readRecords(dir, { check: true })) for (const rec of asRecs([record])) fold.see(rec);
  const stretches = fold.end();
  const blobs = new BlobStore(dir);
  let [records, events, at] = [0, 0, 0];
  for await (const lines of readLineBatches(dir)) {
    for (const { seq, text } of lines) {
      while (seq > (stretches[at]?.to ?? Number.POSITIVE_INFINITY)) at += 1;
      if (seq < (stretches[at]?.from ?? Number.POSITIVE_INFINITY)) continue;
      writeSync(fd, `${text}\n`);
      records += 1;
      if (isEvent(text, blobs)) events += 1;
    }
  }
  return { run, episodes: fold.episodes, stretches, records, events };
};

/** Only what has the shape of its kind is counted. */
const isEvent = (text: string, blobs: BlobStore): boolean => {
  const parsed = parseLine(text);
  if (!parsed.ok || parsed.record.class !== 'event') return false;
  return payloadProblem('event', payloadOf(blobs.hydrate(parsed.record).record)) === undefined;
};
