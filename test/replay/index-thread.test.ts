import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { indexDir } from '../../src/journal/index-files.ts';
import { buildIndex, dropIndex, openRun, resumeFrom, startIndexThread } from '../../src/replay/index.ts';
import { lockIndex } from '../../src/replay/index-lock.ts';
import { startIndexer } from '../../src/replay/index-thread.ts';
import { emptyLive } from '../../src/store/live-state.ts';
import { linesOf, longRun, scratchDir, wholeSource, writeLines } from './scratch-journal.ts';

const records = longRun(3200);
const lines = linesOf(records);

test('the thread keeps the index of a run that is being written, and takes all that is there when it stops', async () => {
  const dir = scratchDir();
  const thread = startIndexThread(dir);
  const journal = await openJournal(dir, { run: '7f3a0c1d', fsync: 'never' });
  for (const { seq: _seq, ts: _ts, run: _run, class: cls, ...payload } of records) {
    if (cls === 'input') journal.appendBatch(payload, []);
    else if (cls === 'event') journal.appendEvents([payload], 1);
    else journal.appendNote(payload);
    if (_seq % 100 === 0) await sleep(1);
    if (_seq === 2500) {
      journal.flush();
      await vi.waitUntil(async () => (await resumeFrom(dir)).seq >= 2000, { timeout: 30_000 });
    }
  }
  await journal.close();
  await thread.stop();
  const { state, seq } = await resumeFrom(dir);
  expect(seq).toBe(records.length);
  expect(state).toEqual(await (await wholeSource(dir)).stateAt(seq));
});

test('of two that would write one index, the second is refused; afterwards nothing is left to do', async () => {
  const dir = scratchDir();
  writeLines(dir, lines);
  const thread = startIndexer(dir, { follow: true });
  await expect(buildIndex(dir)).rejects.toThrow('is being written by another process');
  expect(() => dropIndex(dir)).toThrow('is being written by another process');
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => said.mockRestore());
  await startIndexThread(dir).stop();
  expect(said).not.toHaveBeenCalled();
  await thread.stop();
  expect(await buildIndex(dir)).toMatchObject({ records: lines.length, snapshots: 4 });
  expect(existsSync(join(indexDir(dir), 'lock'))).toBe(false);
});

test('a short run needs no thread', async () => {
  const dir = scratchDir();
  writeLines(dir, lines.slice(0, 500));
  await startIndexThread(dir).stop();
  expect(existsSync(indexDir(dir))).toBe(false);
});

test('an index that cannot be written is one line, and nothing else', async () => {
  const dir = scratchDir();
  writeLines(dir, lines);
  writeFileSync(indexDir(dir), 'in the way');
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => said.mockRestore());
  await startIndexThread(dir).stop();
  expect(said).toHaveBeenCalledTimes(1);
  expect(said.mock.calls[0]?.[0]).toMatch(
    /^The run's index is no longer kept \(.*\); it is made when somebody needs it\.$/,
  );
  expect(await resumeFrom(dir)).toEqual({ state: emptyLive, seq: 0 });
});

const BUILT = new URL('../../dist/replay/index.js', import.meta.url);

test('the thread is found in what is built too', async ({ skip }) => {
  skip(!existsSync(BUILT), 'needs the build: npm run build');
  const built: typeof import('../../src/replay/index.ts') = await import(BUILT.href);
  const dir = scratchDir();
  writeLines(dir, lines);
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => said.mockRestore());
  await built.startIndexThread(dir).stop();
  expect(said).not.toHaveBeenCalled();
  expect((await resumeFrom(dir)).seq).toBe(lines.length);
});

test('a reader waits for an index that somebody else makes; where that one is stuck, it makes one for itself', async () => {
  const dir = scratchDir();
  writeLines(dir, linesOf(longRun(6200)));
  const whole = await wholeSource(dir);
  const lock = lockIndex(indexDir(dir));
  onTestFinished(() => lock.release());
  const source = await openRun(dir);
  expect((await source.extent()).last.seq).toBe(6200);
  expect(await source.stateAt(6100)).toEqual(await whole.stateAt(6100));
  expect(await resumeFrom(dir)).toEqual({ state: emptyLive, seq: 0 });
  await source.close();
});
