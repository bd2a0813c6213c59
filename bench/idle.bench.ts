// A console that is attached to a paused run, and nobody does anything. IDLE_BENCH_SECONDS (default 30) says for how long.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnPty } from '../test/e2e/harness/pty.ts';
import { cpuMs } from './console-load.ts';
import type { BenchResult } from './report.ts';

const SECONDS = Number(process.env.IDLE_BENCH_SECONDS ?? 30);
const BIN = 'bin/turingos.js';

/** Runs the command to its end, or to its first line. */
const call = (first: boolean, ...args: string[]): Promise<void> =>
  new Promise((resolve) => {
    const proc = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (first) proc.stdout.once('data', () => resolve());
    proc.stdout.resume();
    proc.once('close', () => resolve());
  });

export default async (): Promise<BenchResult> => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-idle-'));
  await call(true, 'run', 'ledger-12', '--profile', 'sim', '--pace', '20', '--headless', '--json', '--home', home);
  const pty = spawnPty({
    command: process.execPath,
    args: [BIN, 'attach', '@last', '--home', home],
    cols: 120,
    rows: 40,
    env: { NODE_ENV: undefined },
  });
  try {
    await pty.waitFor((screen) => Number(/ tick (\d+) /.exec(screen)?.[1] ?? 0) >= 10, 60_000);
    pty.keys('P');
    await pty.waitFor('PAUSED');
    await pty.quiet(2000, 20_000);
    const start = { ms: performance.now(), cpu: cpuMs(pty.pid), bytes: pty.counts().bytes };
    await sleep(SECONDS * 1000);
    const ms = performance.now() - start.ms;
    const cpu = ((cpuMs(pty.pid) - start.cpu) / ms) * 100;
    const bytes = pty.counts().bytes - start.bytes;
    return {
      name: 'idle',
      rows: [
        { metric: 'cpu of one core', median: Math.round(cpu * 100) / 100, unit: '%', runs: 1 },
        { metric: 'written', median: Math.round((bytes * 1000) / ms), unit: 'bytes/s', runs: 1 },
      ],
    };
  } finally {
    await pty.close();
    await call(false, 'kill', '@last', '--home', home);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
};
