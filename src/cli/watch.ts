/** Follows a run to its end without a console. */
import { setTimeout as sleep } from 'node:timers/promises';
import { follow, type JournalRecord, readRecords } from '../journal/index.ts';
import { hasKernel } from '../runtime/run-summary.ts';

/** What happened in a run, without how each tick came about. */
const NOTABLE = new Set([
  'run.created',
  'run.branched',
  'run.resumed',
  'run.paused',
  'run.unpaused',
  'run.ended',
  'process.spawned',
  'process.ended',
  'process.blocked',
  'tick.committed',
  'trap.raised',
  'capability.denied',
  'capability.revoked',
  'capability.swapped',
  'panic.spent',
  'panic.granted',
  'map.started',
  'step.settled',
  'map.joined',
  'fault.armed',
  'fault.staged',
  'fault.triggered',
  'fault.recovered',
  'operator.told',
  'stream.aborted',
]);

export const isNotable = ({ kind }: JournalRecord): boolean => NOTABLE.has(kind);

/** A record as it is shown: without the chain's own fields. */
export const shown = ({
  v: _v,
  class: _class,
  prev: _prev,
  hash: _hash,
  run: _run,
  cause: _cause,
  ...rest
}: JournalRecord) => rest;

const LOOK_MS = 100;

/**
 * Hands over each record from the first one on, as it is written, until the kernel is gone: what was cut off is noted after `run.ended`.
 * @param over resolves when the kernel is gone; without it the journal's lock is looked at
 * @returns `run.ended`, or undefined where the kernel went without a word
 */
export const watchRun = async (
  dir: string,
  each: (record: JournalRecord) => Promise<void> | void,
  over: Promise<unknown> = gone(dir),
): Promise<JournalRecord | undefined> => {
  const stop = new AbortController();
  over.then(() => stop.abort());
  let seen = 0;
  let ended: JournalRecord | undefined;
  const see = async (record: JournalRecord): Promise<void> => {
    seen = record.seq;
    await each(record);
    if (record.kind === 'run.ended') ended = record;
  };
  for await (const records of follow(dir, { signal: stop.signal })) {
    for (const record of records) await see(record);
  }
  // The last words may have been written after the last look.
  for await (const record of readRecords(dir, { fromSeq: seen + 1 })) await see(record);
  return ended;
};

/** A run that has no kernel yet is not gone. */
const gone = async (dir: string): Promise<void> => {
  while (await hasKernel(dir)) await sleep(LOOK_MS, undefined, { ref: false });
};
