/**
 * The journal: chained appends against pino, which hashes nothing, writing the same objects in the same run; and reading.
 *
 * Both sides let the event loop turn after every 64 records, as a run does, and are timed until their files are closed. The
 * journal syncs every 50 ms and once at the end; pino never does. Of pino's two buffered destinations (asynchronous and
 * synchronous, 4 KiB) the faster one in this run is the peer. Not measured: a disk that cannot keep up.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openJournal, readBatches, verifyChain } from '../src/journal/index.ts';
import { type BenchResult, type BenchRow, median } from './report.ts';

const RECORDS = 200_000;
const RUNS = 5;
const TURN = 64;

type Item = { kind: string; [field: string]: unknown };

/** Three stream deltas (about 150 bytes as JSON) to one event (about 400). */
const deltas: Item[] = Array.from({ length: 300 }, (_, i) => ({
  kind: 'brain.delta',
  pid: 2 + (i % 4),
  req: 100 + i,
  channel: 'text',
  tokens: 9,
  text: `{"op":"SYS_WRITE","cap":"h3","path":"sum-${i}.txt","mode":"replace"`,
}));
const events: Item[] = Array.from({ length: 100 }, (_, i) => ({
  kind: 'frame.composed',
  pid: 2 + (i % 4),
  tick: 40 + i,
  role: 'worker',
  chars: 3120 + i,
  limit: 4096,
  clipped: ['history'],
  pages: ['sys://page/4f01/2', 'sys://page/4f01/3'],
  handles: ['h1', 'h3', 'h7'],
  parts: [
    { name: 'task', chars: 120 },
    { name: 'callstack', chars: 220 },
    { name: 'world', chars: 2200 },
  ],
  digest: 'b3'.repeat(32),
}));

/** Calls back for each record of the load, in its order. */
async function load(batch: (input: Item, event: Item) => void, note: (delta: Item) => void): Promise<void> {
  for (let i = 0; i < RECORDS; i += 8) {
    const at = (i / 8) % 100;
    batch(events[at] as Item, events[(at + 1) % 100] as Item);
    for (let d = 0; d < 6; d += 1) note(deltas[(at + d * 50) % 300] as Item);
    if (i % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

async function append(runDir: string): Promise<void> {
  const journal = await openJournal(runDir, { run: 'bench', fsync: 'interval' });
  await load(
    (input, event) => journal.appendBatch(input, [event]),
    (delta) => journal.appendNote(delta),
  );
  await journal.close();
}

async function log(file: string, sync: boolean): Promise<void> {
  const destination = pino.destination({ dest: file, sync, minLength: 4096 });
  if (!sync) await once(destination, 'ready');
  const logger = pino({ base: { run: 'bench' } }, destination);
  await load(
    (input, event) => {
      logger.info(input);
      logger.info(event);
    },
    (delta) => logger.info(delta),
  );
  const closed = once(destination, 'close');
  destination.end();
  await closed;
}

async function readAll(runDir: string): Promise<void> {
  for await (const _ of readBatches(runDir));
}

async function reopen(runDir: string): Promise<void> {
  const journal = await openJournal(runDir, { run: 'bench', fsync: 'never' });
  await journal.close();
}

export default async function bench(): Promise<BenchResult> {
  const times: Record<string, number[]> = {};
  for (let run = 0; run <= RUNS; run += 1) {
    const dir = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
    try {
      // In turns, so that a slow minute of the machine hits all of them.
      const taken = {
        'pino, async': await seconds(() => log(join(dir, 'async.log'), false)),
        append: await seconds(() => append(dir)),
        'pino, sync': await seconds(() => log(join(dir, 'sync.log'), true)),
        read: await seconds(() => readAll(dir)),
        verify: await seconds(() => verifyChain(dir)),
        open: await seconds(() => reopen(dir)),
      };
      // The first round warms the compiler up.
      if (run === 0) continue;
      for (const [name, time] of Object.entries(taken)) times[name] = [...(times[name] ?? []), time];
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  const rates = (name: string): number[] => (times[name] ?? []).map((time) => RECORDS / time);
  const row = (metric: string, name: string): BenchRow => ({
    metric,
    median: median(rates(name)),
    unit: 'records/s',
    runs: RUNS,
  });
  const peer = median(rates('pino, async')) > median(rates('pino, sync')) ? 'pino, async' : 'pino, sync';
  // Compared round by round: within one, the machine was about equally busy with other things for both.
  const ratios = rates('append').map((rate, round) => rate / (rates(peer)[round] as number));
  return {
    name: 'journal',
    rows: [
      { ...row('chained append, fsync interval', 'append'), ratio: median(ratios), peer },
      row('pino, async', 'pino, async'),
      row('pino, sync', 'pino, sync'),
      row('read and parse', 'read'),
      row('verify chain and shape', 'verify'),
      row('open for appending (chain checked)', 'open'),
    ],
  };
}
