/** Follows a run to its end without a console. */
import { follow, type JournalRecord } from '../journal/index.ts';
import { kernelPid } from '../runtime/liveness.ts';

/** What happened in a run, without how each tick came about. */
const NOTABLE = new Set([
  'run.created',
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
  'panic.spent',
  'panic.granted',
  'map.started',
  'step.settled',
  'map.joined',
  'fault.armed',
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

const LOOK_MS = 500;

/**
 * Hands over each record as it is written.
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
  const see = async (records: readonly JournalRecord[]): Promise<JournalRecord | undefined> => {
    for (const record of records) {
      seen = record.seq;
      await each(record);
      if (record.kind === 'run.ended') return record;
    }
    return undefined;
  };
  for await (const records of follow(dir, { signal: stop.signal })) {
    const ended = await see(records);
    if (ended !== undefined) return ended;
  }
  // The last words may have been written after the last look.
  const { readRecords } = await import('../journal/index.ts');
  const rest: JournalRecord[] = [];
  for await (const record of readRecords(dir, { fromSeq: seen + 1 })) rest.push(record);
  return see(rest);
};

const gone = (dir: string): Promise<void> =>
  new Promise((resolve) => {
    const timer = setInterval(() => {
      if (kernelPid(dir) !== undefined) return;
      clearInterval(timer);
      resolve();
    }, LOOK_MS);
    timer.unref();
  });
