import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LONG_RUN, writeLongJournal } from '../bench/long-journal.ts';
import { follow } from '../src/journal/index.ts';
import { buildIndex, openRun } from '../src/replay/index.ts';
import { openReplay, openSession } from '../src/session.ts';

vi.mock('../src/journal/index.ts', async (original) => {
  const real = await original<typeof import('../src/journal/index.ts')>();
  return { ...real, follow: vi.fn(real.follow) };
});

/** It is looked at once a second. */
const PATIENCE = { timeout: 20_000 };

let home: string;
let dir: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'turingos-session-'));
  dir = join(home, 'runs', LONG_RUN);
  mkdirSync(dir, { recursive: true });
  await writeLongJournal(dir, 5000);
  await buildIndex(dir);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('attaching reads on from the newest state that is kept, and comes to what the whole journal gives', async () => {
  const source = await openRun(dir);
  const session = openSession(home, LONG_RUN, { file: undefined, names: async () => [] });
  try {
    const whole = await source.stateAt((await source.extent()).last.seq);
    await vi.waitFor(() => expect(session.console.latest().info.lastSeq).toBe(whole.info.lastSeq));
    expect(session.console.latest()).toEqual(whole);
    expect(vi.mocked(follow).mock.calls[0]?.[1]?.fromSeq).toBeGreaterThan(1900);
  } finally {
    session.stop();
    await source.close();
  }
});

test('a replay is at its place at once, and knows how it all ends a moment later', async () => {
  const source = await openRun(dir);
  const session = openReplay({ source, dir, seq: 100, inspect: null, play: false, speed: 1 });
  try {
    await vi.waitFor(() => expect(session.console.store.getState().view.info.lastSeq).toBe(100));
    const end = (await source.extent()).last;
    await vi.waitFor(() => expect(session.console.latest().info.lastSeq).toBe(end.seq));
    expect(session.console.store.getState()).toMatchObject({ held: true, replay: true, travel: { playing: false } });
    expect(session.control).toBeNull();
  } finally {
    session.stop();
  }
});

test('opened at a tick, the tick is inspected from the first frame on, not once the view has arrived', async () => {
  const source = await openRun(dir);
  const session = openReplay({ source, dir, seq: 100, inspect: 3, play: false, speed: 1 });
  try {
    expect(session.ui.getState().inspect).toBe(3);
  } finally {
    session.stop();
  }
});

test('deleted-under-the-console: what was taken away of a run without a kernel is known: its journal, then all of it', async () => {
  const other = join(home, 'runs', '0de1e7ed');
  cpSync(resolve('test/golden/v1-gone'), other, { recursive: true });
  const session = openSession(home, '0de1e7ed', { file: undefined, names: async () => [] });
  const known = () => session.console.store.getState();
  try {
    await vi.waitFor(() => expect(known()).toMatchObject({ gone: true, lost: null }), PATIENCE);
    expect(known().live.info.lastSeq).toBeGreaterThan(0);
    rmSync(join(other, 'journal'), { recursive: true });
    await vi.waitFor(() => expect(known().lost).toMatch(/^The run's journal is gone/), PATIENCE);
    rmSync(other, { recursive: true });
    await vi.waitFor(() => expect(known().lost).toMatch(/^The run's directory is gone/), PATIENCE);
  } finally {
    session.stop();
  }
});
