/**
 * The chain of a long journal, checked in one thread, against `sha256sum` over the same bytes in the same round; and opening a
 * journal for appending, with its index and without, long and short.
 *
 * The journal is what the kernel and simulated brains write (long-journal.ts), made once; everything is read from the page
 * cache. `VERIFY_BENCH_RECORDS` sets how many records, default 1,000,000, some 400 MB under the directory for temporary files.
 * Not measured: a cold disk, blobs (this journal has none), taking decisions again.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listSegments, openJournal, verifyChain } from '../src/journal/index.ts';
import { buildIndex } from '../src/replay/index.ts';
import { writeLongJournal } from './long-journal.ts';
import { type BenchResult, type BenchRow, median } from './report.ts';

const RECORDS = Number(process.env.VERIFY_BENCH_RECORDS ?? 1_000_000);
const SHORT = 1000;
const RUNS = 7;
const RUN_ID = 'be9c4a11';

async function milliseconds(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** In turns, so that a slow minute of the machine hits all of them; the first round warms up and does not count. */
async function inTurns(works: Record<string, () => unknown>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, work] of Object.entries(works)) {
      const taken = await milliseconds(work);
      if (run > 0) times[name] = [...(times[name] ?? []), taken];
    }
  }
  return times;
}

async function open(runDir: string): Promise<void> {
  const journal = await openJournal(runDir, { run: RUN_ID, fsync: 'never' });
  await journal.close();
}

export default async function bench(): Promise<BenchResult> {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
  const [long, short] = [join(dir, 'long'), join(dir, 'short')];
  try {
    const records = await writeLongJournal(long, RECORDS);
    await writeLongJournal(short, SHORT);
    const paths = await listSegments(long);
    const megabytes = paths.reduce((sum, path) => sum + statSync(path).size, 0) / 1e6;

    const chain = await inTurns({
      sha256sum: () => execFileSync('sha256sum', paths),
      verify: async () => {
        const report = await verifyChain(long);
        if (!report.ok || report.records !== records) throw new Error(`the journal of the benchmark does not verify`);
      },
      'open, no index': () => open(long),
    });
    await buildIndex(long);
    await buildIndex(short);
    const opened = await inTurns({ long: () => open(long), short: () => open(short) });

    const row = (metric: string, values: number[], unit: string): BenchRow => ({
      metric,
      median: median(values),
      unit,
      runs: RUNS,
    });
    const { sha256sum = [], verify = [], 'open, no index': walked = [] } = chain;
    const perSecond = (amount: number, times: number[]): number[] => times.map((ms) => (amount / ms) * 1000);
    const size = records.toLocaleString('en');
    return {
      name: 'verify',
      rows: [
        {
          ...row(`verify the chain of ${size} records`, perSecond(records, verify), 'records/s'),
          ratio: median(verify.map((ms, round) => (sha256sum[round] as number) / ms)),
          peer: 'sha256sum',
        },
        row(`the same, of ${Math.round(megabytes)} MB`, perSecond(megabytes, verify), 'MB/s'),
        row('sha256sum of those bytes', perSecond(megabytes, sha256sum), 'MB/s'),
        row(`open ${size} records, whole chain walked`, walked, 'ms'),
        row(`open ${size} records, with the index`, opened.long ?? [], 'ms'),
        row(`open ${SHORT.toLocaleString('en')} records, with the index`, opened.short ?? [], 'ms'),
      ],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
