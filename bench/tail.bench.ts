/**
 * How late a follower in another process sees a record: one process appends 5,000 records a second, of some 300 bytes, through
 * several segments, another follows; a record carries the time at which it was appended (one monotonic clock for both).
 *
 * In one kind of run the follower is there before the run's directory is, in the other it is opened in mid-run, at the end.
 * `TAIL_BENCH_SECONDS` sets how long one run writes (default 10). Not measured: what a console does with the records.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile } from '../src/evidence/quantile.ts';
import { follow, openJournal } from '../src/journal/index.ts';
import { type BenchResult, type BenchRow, median } from './report.ts';

const SELF = fileURLToPath(import.meta.url);
const RATE = 5000;
const SECONDS = Number(process.env.TAIL_BENCH_SECONDS ?? 10);
const RECORDS = RATE * SECONDS;
const SEGMENT_BYTES = 2 * 1024 * 1024;
const RUNS = 3;
/** One input, two events, two notes. */
const STEP = 5;

interface Seen {
  latencies: number[];
  missing: number;
}

const micros = (): number => Number(process.hrtime.bigint() / 1000n);

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Appends as an engine does, batch by batch and waiting for each, at an even rate. */
async function write(dir: string): Promise<void> {
  const journal = await openJournal(dir, { run: 'bench', segmentBytes: SEGMENT_BYTES });
  const text = '{"op":"SYS_WRITE","cap":"h3","path":"sum-17.txt","mode":"replace","content":"751 + 1849 = 2600"}';
  const item = (kind: string) => ({ kind, at: micros(), pid: 3, req: 117, tokens: 9, text });
  const start = performance.now();
  for (let done = 0; done < RECORDS; ) {
    const due = Math.min(RECORDS, ((performance.now() - start) / 1000) * RATE);
    for (; done + STEP <= due; done += STEP) {
      journal.appendBatch(item('brain.replied'), [item('reply.accepted'), item('op.requested')]);
      await journal.written();
      for (let note = 0; note < 2; note += 1) journal.appendNote(item('stream.delta'));
    }
    await wait(1);
  }
  await journal.close();
}

/** Follows from `fromSeq` to the last record and tells the parent, in microseconds, how late each new one was. */
async function see(dir: string, fromSeq: number): Promise<void> {
  const opened = micros();
  const latencies: number[] = [];
  let last = fromSeq - 1;
  let count = 0;
  let missing = 0;
  for await (const records of follow(dir, { fromSeq })) {
    const now = micros();
    for (const { seq, at } of records) {
      if (seq !== last + 1) missing += 1;
      last = seq;
      count += 1;
      if ((at as number) >= opened) latencies.push(now - (at as number));
    }
    if (last >= RECORDS) break;
  }
  process.send?.({ latencies, missing: missing + RECORDS - fromSeq + 1 - count } satisfies Seen);
}

const start = (role: string, dir: string, ...args: string[]): ChildProcess =>
  fork(SELF, [role, dir, ...args], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

async function measure(mode: string): Promise<Seen & { segments: number }> {
  const home = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
  const dir = join(home, 'runs', 'run');
  try {
    const early = mode === 'before' ? start('follow', dir, '1') : undefined;
    if (early !== undefined) await wait(1000);
    const writer = start('write', dir);
    const over = once(writer, 'exit');
    const from = Math.floor(RECORDS / 4);
    if (early === undefined) await wait(250 * SECONDS + 500);
    const follower = early ?? start('follow', dir, `${from}`);
    const [seen] = (await once(follower, 'message')) as [Seen];
    await over;
    follower.kill();
    if (!existsSync(join(dir, 'journal'))) throw new Error('nothing was written');
    return { ...seen, segments: readdirSync(join(dir, 'journal')).filter((name) => name.endsWith('.ndjson')).length };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export default async function bench(): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  for (const [mode, words] of [
    ['before', 'opened before the run'],
    ['mid', 'opened in mid-run'],
  ] as const) {
    const runs: (Seen & { segments: number })[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await measure(mode));
    const row = (metric: string, unit: string, of: (seen: Seen & { segments: number }) => number): void =>
      void rows.push({ metric: `${metric}, ${words}`, median: median(runs.map(of)), unit, runs: RUNS });
    const late = (share: number) => (seen: Seen) => quantile(seen.latencies, share) / 1000;
    row('latency p50', 'ms', late(0.5));
    row('latency p99', 'ms', late(0.99));
    row('latency max', 'ms', late(1));
    row('missing', 'records', ({ missing }) => missing);
    row('segments', '', ({ segments }) => segments);
  }
  return { name: 'tail', rows };
}

const [, main, role, dir = '', fromSeq] = process.argv;
if (main === SELF) await (role === 'write' ? write(dir) : see(dir, Number(fromSeq)));
