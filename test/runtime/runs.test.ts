/** Runs on disk: how they are made, named, listed, and found to be gone. */
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { identify } from '../../src/journal/lock.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { findRun } from '../../src/runtime/find-run.ts';
import { environment, type Manifest, readManifest, writeManifest } from '../../src/runtime/manifest.ts';
import { createRunDir, dropSocketPlace, homeDir, runDir, socketPath } from '../../src/runtime/run-dir.ts';
import { isStarting, summarise, summariseAll } from '../../src/runtime/run-summary.ts';
import { scratch } from './rig.ts';

afterEach(() => vi.unstubAllEnvs());

const manifest = (id: string, createdAt = '2026-01-01T00:00:00.000Z'): Manifest => {
  const seat = { name: 'SIM', digest: 'd', simulated: true, system: '', constrained: false };
  return {
    v: 1,
    id,
    createdAt,
    code: { version: '0.0.0', commit: null },
    profile: 'sim',
    config: { pace: 'max', fsync: 'never' },
    brains: { planner: seat, worker: seat },
    task: { name: 'hello', goal: 'g', caps: [], evidence: [], variants: [] },
    taskSource: 'hello',
    policy: DEFAULT_POLICY,
    seed: 1,
    environment: environment(),
    socket: '/nowhere',
  };
};

const made = (home: string, id: string, createdAt?: string): string => {
  const dir = runDir(home, id);
  mkdirSync(dir, { recursive: true });
  writeManifest(dir, manifest(id, createdAt));
  return dir;
};

describe('names', () => {
  test('any unique prefix, in either case; @last is the newest', () => {
    const home = scratch();
    made(home, 'aa000001', '2026-01-03T00:00:00.000Z');
    made(home, 'ab000002', '2026-01-02T00:00:00.000Z');
    expect(findRun(home, 'AB').id).toBe('ab000002');
    expect(findRun(home, 'aa000001').id).toBe('aa000001');
    expect(findRun(home, '@last').id).toBe('aa000001');
    expect(() => findRun(home, 'a')).toThrow('ambiguous: it could be aa000001, ab000002');
    expect(() => findRun(home, '')).toThrow('there is no run ""');
  });

  test('many candidates are counted, not listed', () => {
    const home = scratch();
    for (let i = 10; i < 22; i += 1) made(home, `aa0000${i}`);
    expect(() => findRun(home, 'aa')).toThrow('aa000017 and 4 more');
  });
});

describe('places', () => {
  test('runs live under the home that is named, else under XDG_STATE_HOME, else under the home directory', () => {
    vi.stubEnv('XDG_STATE_HOME', '/state');
    expect(homeDir()).toBe('/state/turingos');
    expect(homeDir('/elsewhere')).toBe('/elsewhere');
    vi.stubEnv('XDG_STATE_HOME', '');
    vi.stubEnv('HOME', '/home/me');
    expect(homeDir()).toBe('/home/me/.local/state/turingos');
  });

  test('a new run has an id of eight hex digits and a directory for its owner alone', () => {
    const { id, dir } = createRunDir(scratch());
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(basename(dir)).toBe(id);
  });

  test('a home that cannot be is refused in one sentence', () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(() => createRunDir(file)).toThrow(/cannot make a run under .*name a writable --home/);
  });

  test('a socket whose path would be too long goes elsewhere', () => {
    expect(socketPath('/short', '00c0ffee')).toBe('/short/control.sock');
    const long = `/${'x'.repeat(107)}`;
    vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/1');
    expect(socketPath(long, '00c0ffee')).toBe('/run/user/1/turingos-00c0ffee.sock');
    vi.stubEnv('XDG_RUNTIME_DIR', long);
    const own = socketPath(long, '00c0ffee');
    expect(Buffer.byteLength(own)).toBeLessThanOrEqual(107);
    expect(existsSync(dirname(own))).toBe(true);
    dropSocketPlace(own);
    expect(existsSync(dirname(own))).toBe(false);
  });
});

describe('a manifest', () => {
  test('reads back as it was written; anything else is none', () => {
    const dir = scratch();
    expect(readManifest(dir)).toBeUndefined();
    writeManifest(dir, manifest('00c0ffee'));
    expect(readManifest(dir)).toEqual(manifest('00c0ffee'));
    writeFileSync(join(dir, 'run.json'), '{"v":1}');
    expect(readManifest(dir)).toBeUndefined();
  });
});

describe('who is alive', () => {
  const holder = (dir: string, value: unknown): void => {
    mkdirSync(join(dir, 'journal'), { recursive: true });
    writeFileSync(join(dir, 'journal', 'lock'), JSON.stringify(value));
  };
  const journalled = async (dir: string, ...kinds: string[]): Promise<void> => {
    const journal = await openJournal(dir, { run: basename(dir), fsync: 'never' });
    for (const kind of kinds) journal.appendBatch({ kind: 'deadline.passed', req: 1 }, [{ kind }]);
    await journal.close();
  };

  test('a kernel whose lock is held by a living process runs, or is paused', async () => {
    const home = scratch();
    const dir = made(home, 'aa000001');
    await journalled(dir, 'run.created');
    holder(dir, identify(process.pid));
    expect(await summarise(home, 'aa000001')).toMatchObject({ state: 'running', pid: process.pid });
    await summarise(home, 'aa000001');
  });

  test('the newest tick is told, also where the last word is of an older one', async () => {
    const home = scratch();
    const dir = made(home, 'aa000001');
    const journal = await openJournal(dir, { run: basename(dir), fsync: 'never' });
    const dispatched = [103, 104].map((tick) => ({ kind: 'route.dispatched', pid: tick, tick }));
    journal.appendBatch({ kind: 'deadline.passed', req: 1 }, dispatched);
    journal.appendBatch({ kind: 'deadline.passed', req: 2 }, [{ kind: 'tick.committed', pid: 103, tick: 103 }]);
    await journal.close();
    expect(await summarise(home, 'aa000001')).toMatchObject({ tick: 104 });
  });

  test('a pid that was given to another process since then does not count', async () => {
    const home = scratch();
    const dir = made(home, 'aa000001');
    await journalled(dir, 'run.created');
    holder(dir, { ...identify(process.pid), startTime: '1' });
    expect(await summarise(home, 'aa000001')).toMatchObject({ state: 'gone', pid: null });
    holder(dir, { ...identify(process.pid), bootId: 'another' });
    expect(await summarise(home, 'aa000001')).toMatchObject({ state: 'gone' });
  });

  test('a run that said how it ended is not gone, though nobody is there', async () => {
    const home = scratch();
    const dir = made(home, 'aa000001');
    const journal = await openJournal(dir, { run: 'aa000001', fsync: 'never' });
    const end = { kind: 'run.ended', outcome: 'dead', reason: 'panic_budget_exhausted', ticks: 9 };
    journal.appendBatch({ kind: 'deadline.passed', req: 1 }, [end]);
    await journal.close();
    expect(await summarise(home, 'aa000001')).toMatchObject({
      state: 'dead',
      reason: 'panic_budget_exhausted',
      tick: 9,
      records: 2,
    });
  });

  test('one without a journal is starting', async () => {
    const home = scratch();
    made(home, 'aa000001');
    expect(await summarise(home, 'aa000001')).toMatchObject({ state: 'starting', records: 0, lastAt: null });
  });

  test('emptied-journal: a dead run whose journal was emptied is broken at once; one whose kernel holds the lock starts', async () => {
    const home = scratch();
    const dir = made(home, 'aa000001');
    await journalled(dir, 'run.created');
    truncateSync(join(dir, 'journal', '000001.ndjson'));
    holder(dir, { ...identify(process.pid), startTime: '1' });
    expect(await summarise(home, 'aa000001')).toMatchObject({
      ...{ state: 'gone', empty: true, records: 0 },
      reason: expect.stringMatching(/^its journal is empty: /),
    });
    expect(await isStarting(dir)).toBe(false);
    rmSync(join(dir, 'journal', 'lock'));
    expect(await isStarting(dir)).toBe(false);
    holder(dir, identify(process.pid));
    expect(await summarise(home, 'aa000001')).toMatchObject({ state: 'starting', reason: '' });
  });

  test('start-without-a-manifest: a kernel that has locked its journal and writes its run.json next is no lost one', async () => {
    const home = scratch();
    const dir = runDir(home, 'aa000001');
    holder(dir, identify(process.pid));
    expect(await summarise(home, 'aa000001')).toMatchObject({ state: 'starting', reason: '' });
    rmSync(join(dir, 'journal', 'lock'));
    await journalled(dir, 'run.created');
    expect(await summarise(home, 'aa000001')).toMatchObject({
      state: 'gone',
      reason: expect.stringContaining('run.json'),
    });
  });

  test('a journal that is none, or an end that is none, makes its run gone and leaves the others', async () => {
    const home = scratch();
    made(home, 'aa000001', '2026-01-01T00:00:00.000Z');
    await journalled(runDir(home, 'aa000001'), 'run.created');
    mkdirSync(join(made(home, 'ab000002', '2026-01-02T00:00:00.000Z'), 'journal', '000001.ndjson'), {
      recursive: true,
    });
    const end = { kind: 'run.ended', outcome: 'a feast', reason: 'r', ticks: 'many' };
    const journal = await openJournal(made(home, 'ac000003', '2026-01-03T00:00:00.000Z'), {
      run: 'ac000003',
      fsync: 'never',
    });
    journal.appendBatch({ kind: 'deadline.passed', req: 1 }, [end]);
    await journal.close();
    writeFileSync(join(made(home, 'ad000004', '2026-01-04T00:00:00.000Z'), 'journal'), '');
    expect((await summariseAll(home)).map(({ id, state, tick }) => [id, state, tick])).toEqual([
      ['ad000004', 'starting', 0],
      ['ac000003', 'gone', 0],
      ['ab000002', 'gone', 0],
      ['aa000001', 'gone', 0],
    ]);
  });

  test('lists are newest first, and skip what is no run', async () => {
    const home = scratch();
    made(home, 'aa000001', '2026-01-01T00:00:00.000Z');
    made(home, 'ab000002', '2026-01-02T00:00:00.000Z');
    mkdirSync(runDir(home, 'ac000003'));
    mkdirSync(join(home, 'runs', 'notes'));
    expect((await summariseAll(home)).map(({ id }) => id)).toEqual(['ab000002', 'aa000001']);
  });
});
