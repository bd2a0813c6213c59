/** A run as it happens, a sentence a line, and orders to it a line each: the console for screen readers, pipes and CI. */
import { setTimeout as sleep } from 'node:timers/promises';
import { follow, type JournalRecord, readRecords } from '../journal/index.ts';
import { resumeFrom } from '../replay/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { livingPid } from '../runtime/find-kernel.ts';
import { lastRecords } from '../runtime/journal-tail.ts';
import { kernelPid } from '../runtime/liveness.ts';
import { hasKernel } from '../runtime/run-summary.ts';
import { stallOf } from '../runtime/stall.ts';
import { endCode, goneCode, goneSentence } from './outcome.ts';
import { PlainOrders } from './plain-orders.ts';
import { PlainTeller } from './plain-teller.ts';
import { line, say } from './print.ts';

export interface PlainWatch {
  id: string;
  dir: string;
  /** Tell from here; without it how things stand, and what comes from now on. */
  fromSeq?: number;
  /** Resolves when the kernel is gone; without it the journal's lock is looked at. */
  over?: Promise<unknown>;
  readOnly: boolean;
}

/** Why the watching stopped: the operator left. */
const LEFT = 'left';
const LOOK_MS = 100;
/** How often a silent kernel is asked whether its disk is full. */
const STALL_MS = 1000;

/** @returns how the run ended as an exit code; `ok` where the operator left it alone */
export const watchPlain = async (watch: PlainWatch): Promise<number> => {
  const { id, dir } = watch;
  const known = watch.fromSeq === undefined ? ((await lastRecords(dir)).at(-1)?.seq ?? 0) : watch.fromSeq - 1;
  const { state, seq } = await resumeFrom(dir);
  const teller = seq <= known ? new PlainTeller(state) : new PlainTeller();
  const stop = new AbortController();
  const orders = new PlainOrders({
    dir,
    readOnly: watch.readOnly,
    state: () => teller.live.kernel,
    standing: () => teller.standing(kernelPid(dir) === undefined),
    leave: () => stop.abort(LEFT),
  });
  (watch.over ?? gone(dir)).then(() => stop.abort());
  const stalls = tellStalls(dir, teller, stop.signal);
  let introduced = known === 0;
  const introduce = async (): Promise<void> => {
    if (introduced || teller.live.info.lastSeq < known) return;
    introduced = true;
    await line(teller.timed(teller.standing((await livingPid(dir)) === null)));
  };
  const see = async (records: readonly JournalRecord[]): Promise<void> => {
    for (const record of records) {
      const sentence = teller.see(record);
      if (sentence !== undefined && record.seq > known) await line(sentence);
      await introduce();
    }
  };
  const next = (): number => teller.live.info.lastSeq + 1;
  try {
    await introduce();
    for await (const records of follow(dir, { fromSeq: next(), hydrate: true, signal: stop.signal }))
      await see(records);
    const { outcome } = teller.live.info;
    if (stop.signal.reason === LEFT && outcome === null) return EXIT.ok;
    // The last words may have been written after the last look.
    for await (const record of readRecords(dir, { fromSeq: next() })) await see([record]);
  } finally {
    stop.abort();
    orders.close();
    await stalls;
  }
  const { outcome } = teller.live.info;
  if (outcome !== null) return endCode({ outcome });
  say(goneSentence(id, dir, await lastRecords(dir)));
  return goneCode(dir, EXIT.notPassed);
};

/** A run that has no kernel yet is not gone. */
const gone = async (dir: string): Promise<void> => {
  while (await hasKernel(dir)) await sleep(LOOK_MS, undefined, { ref: false });
};

/** A full disk keeps the kernel from writing down that it waits: it is asked, while nothing comes. */
const tellStalls = async (dir: string, teller: PlainTeller, signal: AbortSignal): Promise<void> => {
  let seen = -1;
  let told: string | null = null;
  while (!signal.aborted) {
    await sleep(STALL_MS, undefined, { signal, ref: false }).catch(() => {});
    const { lastSeq } = teller.live.info;
    if (signal.aborted) return;
    const stalled = lastSeq === seen ? await stallOf(dir) : null;
    if (stalled !== null && stalled !== told) await line(teller.timed(`the run waits: ${stalled}`));
    told = stalled;
    seen = lastSeq;
  }
};
