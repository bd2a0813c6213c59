import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openJournal, verifyChain } from '../../src/journal/index.ts';
import { type Holder, identify, isAlive, takeLock } from '../../src/journal/lock.ts';
import { scratchRun } from './scratch.ts';

const LOCKER = join(import.meta.dirname, 'locker.ts');

/** A process that tries to take the lock and says `taken` or the refusal; it holds on until it is killed. */
function locker(path: string, startAt = 0): { proc: ChildProcess; said: Promise<string> } {
  const proc = spawn(process.execPath, [LOCKER, path, String(startAt)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void proc.kill('SIGKILL'));
  const lines = createInterface({ input: proc.stdout as NodeJS.ReadableStream });
  return { proc, said: once(lines, 'line').then(([line]) => String(line)) };
}

function goneHolder(): Holder {
  // The largest pid that Linux gives out is 2^22, so this one is never alive.
  return { ...identify(process.pid), pid: 2 ** 22 + 1 };
}

describe('the lock', () => {
  it('refuses a second writer with one sentence that names the first one’s pid', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    await expect(openJournal(run, { run: 'r' })).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid} `),
    });
    await journal.close();
    await (await openJournal(run, { run: 'r' })).close();
    expect(readdirSync(join(run, 'journal'))).toEqual(['000001.ndjson']);
  });

  it('that cannot be read is refused, not waited for', () => {
    const path = join(scratchRun(), 'lock');
    mkdirSync(path);
    expect(() => takeLock(path)).toThrow(/The journal at .*lock cannot be read \(EISDIR/);
    expect(readdirSync(dirname(path))).toEqual(['lock']);
  });

  it('names the process that holds it', async () => {
    const path = join(scratchRun(), 'lock');
    const { proc, said } = locker(path);
    expect(await said).toBe('taken');
    expect(() => takeLock(path)).toThrow(`process ${proc.pid} `);
  });

  it('is taken over from a process that was killed', async () => {
    const path = join(scratchRun(), 'lock');
    const { proc, said } = locker(path);
    expect(await said).toBe('taken');
    proc.kill('SIGKILL');
    await once(proc, 'exit');
    takeLock(path).release();
    expect(existsSync(path)).toBe(false);
  });

  it('is stale when its holder has ended and nobody has waited for it yet', async () => {
    // The shell becomes a program that knows nothing of the child, so the child stays a zombie.
    const proc = spawn('sh', ['-c', 'sleep 0.02 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void proc.kill('SIGKILL'));
    const [pid] = await once(createInterface({ input: proc.stdout }), 'line');
    const holder = identify(Number(pid));
    while (isAlive(holder)) await new Promise((resolve) => setImmediate(resolve));
    expect(process.kill(holder.pid, 0)).toBe(true);
    expect(identify(holder.pid)).toEqual(holder);
  });

  it.each<[string, Holder]>([
    ['a pid that is gone', goneHolder()],
    ['a pid that was given to another process since', { ...identify(process.pid), startTime: '1' }],
    ['another boot', { ...identify(process.pid), bootId: 'another' }],
  ])('is stale with %s', (_, holder) => {
    const path = join(scratchRun(), 'lock');
    writeFileSync(path, JSON.stringify(holder));
    const lock = takeLock(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(identify(process.pid));
    lock.release();
  });

  it('is stale when a power cut left it empty', () => {
    const path = join(scratchRun(), 'lock');
    writeFileSync(path, '');
    takeLock(path).release();
  });

  it('is taken over although the one that was taking it over died', () => {
    const dir = scratchRun();
    for (const name of ['lock', 'lock.takeover', 'lock.takeover.takeover']) {
      writeFileSync(join(dir, name), JSON.stringify(goneHolder()));
    }
    takeLock(join(dir, 'lock')).release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('lets only one of several contenders take over a stale lock', async () => {
    for (let round = 0; round < 3; round += 1) {
      const path = join(scratchRun(), 'lock');
      writeFileSync(path, JSON.stringify(goneHolder()));
      const startAt = Date.now() + 700;
      const contenders = Array.from({ length: 6 }, () => locker(path, startAt));
      const answers = await Promise.all(contenders.map((one) => one.said));
      expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
      expect(answers.filter((answer) => answer.startsWith('locked'))).toHaveLength(5);
      for (const { proc } of contenders) proc.kill('SIGKILL');
    }
  });
});

describe('two writers', () => {
  /** What a process says that opens the run's journal, and goes on holding it. */
  async function opener(run: string): Promise<{ proc: ChildProcess; said: string }> {
    const script = join(import.meta.dirname, 'opener.ts');
    const proc = spawn(process.execPath, [script, run], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void proc.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: proc.stdout as NodeJS.ReadableStream }), 'line');
    return { proc, said: String(line) };
  }

  it('of the same run: the second is told the first one’s pid, until that is gone', async () => {
    const run = scratchRun();
    const first = await opener(run);
    expect(first.said).toBe(`open: ${first.proc.pid}`);
    const second = await opener(run);
    expect(second.said).toMatch(
      new RegExp(
        `^locked: The journal is being written by process ${first.proc.pid} \\(.*lock\\); attach to that run,`,
      ),
    );
    first.proc.kill('SIGKILL');
    await once(first.proc, 'exit');
    const third = await opener(run);
    expect(third.said).toBe(`open: ${third.proc.pid}`);
  });

  it('two-kernels-interleaved: a writer that finds another one’s lines stops, and adds none to them', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', fsync: 'never' });
    journal.appendNote({ kind: 'runtime.said', text: 'mine' });
    journal.flush();
    const lock = join(run, 'journal', 'lock');
    rmSync(lock);
    const other = await opener(run);
    expect(other.said).toMatch(/^open/);
    const segment = join(run, 'journal', '000001.ndjson');
    const before = readFileSync(segment, 'utf8');
    await vi.waitFor(() => {
      expect(() => journal.appendNote({ kind: 'runtime.said', text: 'late' })).toThrow(
        /is being written by another process: this one stops, and records nothing more/,
      );
    }, 10_000);
    expect(readFileSync(segment, 'utf8')).toBe(before);
    await expect(journal.close()).rejects.toMatchObject({ code: 'failed' });
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: other.proc.pid });
  });

  it('a lock that is deleted, emptied or cut is put back by its holder, as old as it was', () => {
    const path = join(scratchRun(), 'lock');
    const lock = takeLock(path);
    const { mtimeMs } = statSync(path);
    const text = readFileSync(path, 'utf8');
    for (const lose of [() => rmSync(path), () => truncateSync(path), () => truncateSync(path, 5)]) {
      lose();
      lock.keep();
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(Math.abs(statSync(path).mtimeMs - mtimeMs)).toBeLessThan(1);
    }
    lock.release();
  });
});

describe('a writer that is killed', () => {
  it('leaves a journal that verifies and has everything that `written` was awaited for', async () => {
    const run = scratchRun();
    const script = join(import.meta.dirname, 'kill-writer.ts');
    const proc = spawn(process.execPath, [script, run], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void proc.kill('SIGKILL'));
    const gone = once(proc, 'exit');
    const lines = createInterface({ input: proc.stdout as NodeJS.ReadableStream });
    let promised = 0;
    for await (const line of lines) {
      promised = Number(line);
      if (promised > 200) proc.kill('SIGKILL');
    }
    // Its output ends a little before it does.
    await gone;
    const journal = await openJournal(run, { run: 'r' });
    expect(journal.head.seq).toBeGreaterThanOrEqual(promised);
    journal.appendNote({ kind: 'journal.recovered' });
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true });
  });
});
