/** A follower and a writer that are processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { scratchRun } from './scratch.ts';

interface Follower {
  proc: ChildProcess;
  /** `[first seq, last seq, how many]` of each array that came. */
  arrays: [number, number, number][];
  /** Resolves when a seq at or after it has come. */
  until(seq: number): Promise<void>;
}

function start(script: string, ...args: string[]): { proc: ChildProcess; lines: Interface } {
  const path = join(import.meta.dirname, script);
  const proc = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void proc.kill('SIGKILL'));
  return { proc, lines: createInterface({ input: proc.stdout as NodeJS.ReadableStream }) };
}

async function follower(run: string, last: number): Promise<Follower> {
  const { proc, lines } = start('tail-follower.ts', run, `${last}`);
  await once(lines, 'line');
  const arrays: Follower['arrays'] = [];
  lines.on('line', (line) => void arrays.push(line.split(' ').map(Number) as [number, number, number]));
  const until = (seq: number): Promise<void> =>
    vi.waitFor(() => expect(arrays.at(-1)?.[1] ?? 0).toBeGreaterThanOrEqual(seq), { timeout: 20_000, interval: 5 });
  return { proc, arrays, until };
}

/** Each array follows the one before it, and nothing is left out within one. */
function expectAll(arrays: Follower['arrays'], last: number): void {
  let seq = 0;
  for (const [from, to, count] of arrays) {
    expect([from, count]).toEqual([seq + 1, to - from + 1]);
    seq = to;
  }
  expect(seq).toBe(last);
}

it('one that is stopped and continued while the run goes on misses nothing and gets nothing twice', async () => {
  const run = scratchRun();
  const last = 15_000;
  const { proc, arrays, until } = await follower(run, last);
  const writer = start('tail-writer.ts', run, `${last}`).proc;
  const written = once(writer, 'exit');
  for (const seq of [1000, 4000, 7000]) {
    await until(seq);
    proc.kill('SIGSTOP');
    // Some more segments are begun meanwhile.
    const segment = Math.ceil((seq + 2000) / 660);
    const path = join(run, 'journal', `${String(segment).padStart(6, '0')}.ndjson`);
    await vi.waitFor(() => expect(existsSync(path)).toBe(true), { timeout: 20_000 });
    proc.kill('SIGCONT');
  }
  await until(last);
  expect(await written).toEqual([0, null]);
  expectAll(arrays, last);
});

it('one that was there before the run’s directory gets the first record and all others', async () => {
  const run = join(scratchRun(), 'home', 'runs', '00c0ffee');
  const { arrays, until } = await follower(run, 2000);
  const writer = start('tail-writer.ts', run, '2000').proc;
  await until(2000);
  expect(writer.exitCode ?? 0).toBe(0);
  expectAll(arrays, 2000);
});

it('many thousands at once come in arrays of a bounded size', async () => {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r', fsync: 'never' });
  for (let i = 0; i < 20_000; i += 1) journal.appendNote({ kind: 'a', text: 'x'.repeat(80) });
  await journal.close();
  const { arrays, until } = await follower(run, 20_000);
  await until(20_000);
  expectAll(arrays, 20_000);
  // One read of 512 KiB, and a record has 300 bytes.
  expect(Math.max(...arrays.map(([, , count]) => count))).toBeLessThan(2000);
});
