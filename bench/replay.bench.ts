/**
 * Travelling through a long journal, each time in a process of its own that has nothing in memory, against the same in a journal
 * of 1,000 records: the cost has to be the same. `REPLAY_BENCH_RECORDS` says how long; 1,000,000 are 330 MB and take a minute.
 *
 * One source keeps states of its recent seeks, which soon are all that a journal of 1,000 records has: like is compared with like
 * where a source is opened anew for each seek. In a short run the last row is about the thread's start.
 *
 * The journal is a real kernel's with simulated brains (long-journal.ts). Not measured: a disk that has nothing cached, and what
 * drawing adds.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { journalDir } from '../src/journal/index.ts';
import { type BenchResult, type BenchRow, median } from './report.ts';

const RECORDS = Number(process.env.REPLAY_BENCH_RECORDS ?? 60_000);
const SHORT = 1000;
const RUNS = 3;
const CHILD = fileURLToPath(new URL('./replay-child.ts', import.meta.url));

interface Travel {
  records: number;
  firstFrameMs: number;
  lastFrameMs: number;
  seekMs: number[];
  seekCpuMs: number[];
  stepMs: number[];
  coldMs: number[];
  rssMb: number;
}

const child = <T>(...args: string[]): T =>
  JSON.parse(execFileSync(process.execPath, [CHILD, ...args], { encoding: 'utf8' })) as T;

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * q) - 1] ?? 0;

const megabytes = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) / 1e6;

export default async function bench(): Promise<BenchResult> {
  const home = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
  try {
    const run = (name: string): string => {
      mkdirSync(join(home, name));
      return join(home, name);
    };
    const [long, short, indexed] = [run('long'), run('short'), run('indexed')];
    child('write', short, String(SHORT));
    const plain = child<{ seconds: number }>('write', long, String(RECORDS)).seconds;
    const beside = child<{ seconds: number }>('write-indexed', indexed, String(RECORDS)).seconds;
    rmSync(indexed, { recursive: true });
    const unindexed = child<Travel>('travel', long).firstFrameMs;
    rmSync(join(long, 'index'), { recursive: true, force: true });
    const index = child<{ records: number; seconds: number; bytes: number }>('index', long);
    const of = (dir: string): Travel[] => Array.from({ length: RUNS }, () => child<Travel>('travel', dir));
    const [longs, shorts] = [of(long), of(short)];
    const row = (metric: string, unit: string, pick: (travel: Travel) => number): BenchRow => {
      const [mine, peer] = [median(longs.map(pick)), median(shorts.map(pick))];
      return { metric, median: mine, unit, runs: RUNS, ratio: mine / peer, peer: `${SHORT} records` };
    };
    const alone = (metric: string, value: number, unit: string): BenchRow => ({ metric, median: value, unit, runs: 1 });
    return {
      name: 'replay',
      rows: [
        alone('records', index.records, 'records'),
        alone('journal', megabytes(journalDir(long)), 'MB'),
        alone('index', index.bytes / 1e6, 'MB'),
        alone('making the index', index.records / index.seconds, 'records/s'),
        alone('open, extent and first state without an index', unindexed, 'ms'),
        row('open, extent and first state', 'ms', (travel) => travel.firstFrameMs),
        row('then the last state', 'ms', (travel) => travel.lastFrameMs),
        row('seek, p50', 'ms', (travel) => quantile(travel.seekMs, 0.5)),
        row('seek, p99', 'ms', (travel) => quantile(travel.seekMs, 0.99)),
        row('seek, p99 of processor time', 'ms', (travel) => quantile(travel.seekCpuMs, 0.99)),
        row('open anew and seek, p50', 'ms', (travel) => quantile(travel.coldMs, 0.5)),
        row('open anew and seek, p99', 'ms', (travel) => quantile(travel.coldMs, 0.99)),
        row('step back from there, p99', 'ms', (travel) => quantile(travel.stepMs, 0.99)),
        row('resident after 1,000 seeks', 'MB', (travel) => travel.rssMb),
        alone('kernel and journal alone', RECORDS / plain, 'records/s'),
        {
          ...alone('kernel and journal beside the index thread', RECORDS / beside, 'records/s'),
          ratio: plain / beside,
          peer: 'alone',
        },
      ],
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
