// `turingos replay` in a real pty at 120×40, over a journal of 1,000 records and over a long one: from the start of the command to
// the first frame, from Enter at the `go to` prompt to the frame that shows the place, and the process's memory at its highest.
// REPLAY_BENCH_RECORDS (default 50,000) says how long the long one is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draw } from '../src/kernel/index.ts';
import { buildIndex } from '../src/replay/index.ts';
import { type Pty, spawnPty } from '../test/e2e/harness/pty.ts';
import { LONG_RUN, writeLongJournal } from './long-journal.ts';
import { type BenchResult, median } from './report.ts';

const RECORDS = Number(process.env.REPLAY_BENCH_RECORDS ?? 50_000);
const SHORT = 1000;
const STARTS = 5;
const SEEKS = 200;

interface Measured {
  firstMs: number[];
  seekMs: number[];
  rssMb: number;
}

const start = (home: string, ...args: string[]): Pty =>
  spawnPty({ command: process.execPath, args: ['bin/turingos.js', ...args, '--home', home], cols: 120, rows: 40 });

const highest = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const measure = async (home: string, records: number): Promise<Measured> => {
  const firstMs: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    const began = performance.now();
    const pty = start(home, 'replay', LONG_RUN);
    await pty.waitFor(/REPLAY/);
    firstMs.push(performance.now() - began);
    await pty.close();
  }
  const pty = start(home, 'open', `${LONG_RUN}@#1`);
  try {
    await pty.waitFor(/REPLAY/);
    const seekMs: number[] = [];
    for (let i = 0; i < SEEKS; i += 1) {
      const seq = 1 + (draw(1, 'bench', 1, 1, i) % records);
      pty.keys('g');
      await pty.waitFor(/go to/i);
      pty.keys(`#${seq}`);
      await pty.waitFor(`#${seq}`);
      const entered = performance.now();
      pty.keys('\r');
      await pty.waitFor((screen) => screen.split('\n')[0]?.replaceAll(',', '').includes(`seq ${seq} of`) === true);
      seekMs.push(performance.now() - entered);
    }
    return { firstMs, seekMs: seekMs.sort((a, b) => a - b), rssMb: highest(pty.pid) };
  } finally {
    await pty.close();
  }
};

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const round = (value: number): number => Math.round(value * 10) / 10;

export default async (): Promise<BenchResult> => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
  try {
    const results: Measured[] = [];
    for (const records of [SHORT, RECORDS]) {
      const dir = join(home, String(records), 'runs', LONG_RUN);
      mkdirSync(dir, { recursive: true });
      await writeLongJournal(dir, records);
      await buildIndex(dir);
      results.push(await measure(join(home, String(records)), records));
    }
    const [short, long] = results as [Measured, Measured];
    const row = (metric: string, of: (measured: Measured) => number, runs: number, unit = 'ms') => ({
      ...{ metric, median: round(of(long)), unit, runs },
      ...{ ratio: of(long) / of(short), peer: `at ${SHORT} records` },
    });
    return {
      name: `replay-screen, ${RECORDS} records`,
      rows: [
        row('start to first frame', ({ firstMs }) => median(firstMs), STARTS),
        row('seek to frame p50', ({ seekMs }) => at(seekMs, 0.5), SEEKS),
        row('seek to frame p99', ({ seekMs }) => at(seekMs, 0.99), SEEKS),
        row('memory at its highest', ({ rssMb }) => rssMb, 1, 'MiB'),
      ],
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};
