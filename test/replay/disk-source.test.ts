import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalDir, openJournal } from '../../src/journal/index.ts';
import { indexDir } from '../../src/journal/index-files.ts';
import { segmentName } from '../../src/journal/segments.ts';
import { buildIndex, openRun } from '../../src/replay/index.ts';
import { emptyLive } from '../../src/store/live-state.ts';
import type { TimeSource } from '../../src/store/time-source.ts';
import { expectSameAnswers } from './same-answers.ts';
import { linesOf, longRun, scratchDir, wholeSource, writeLines } from './scratch-journal.ts';

const records = longRun(6500);
const lines = linesOf(records);

const opened = async (dir: string, alive?: () => boolean): Promise<TimeSource> => {
  const source = await openRun(dir, { name: 'run', ...(alive === undefined ? {} : { alive }) });
  onTestFinished(() => source.close());
  return source;
};

test('an indexed run answers as one that is read as a whole, over all segments', async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1700);
  await buildIndex(dir);
  const source = await opened(dir);
  await expectSameAnswers(source, await wholeSource(dir), 40);
  expect(source).toMatchObject({ format: 'turingos', name: 'run', growing: false });
});

test('a short run needs no index, and none is made', async () => {
  const dir = scratchDir();
  writeLines(dir, lines.slice(0, 2500), 900);
  await expectSameAnswers(await opened(dir), await wholeSource(dir));
  expect(existsSync(indexDir(dir))).toBe(false);
});

test('a long run without an index says at once how long it is, and answers everything when it is asked', async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1700);
  const source = await opened(dir);
  const whole = await wholeSource(dir);
  expect(await source.extent()).toEqual(await whole.extent());
  expect(await source.stateAt(40)).toEqual(await whole.stateAt(40));
  await expectSameAnswers(source, whole);
});

test('an index that stops somewhere is gone on from, and the journal may grow meanwhile', async () => {
  const dir = scratchDir();
  const path = join(journalDir(dir), segmentName(1));
  writeLines(dir, lines.slice(0, 2300));
  await buildIndex(dir);
  let alive = true;
  const source = await opened(dir, () => alive);
  expect(source.growing).toBe(true);
  await expectSameAnswers(source, await wholeSource(dir), 5);
  for (const until of [2301, 2600, 6400]) {
    const from = (await source.extent()).last.seq;
    appendFileSync(path, lines.slice(from, until).join(''));
    await expectSameAnswers(source, await wholeSource(dir), 20);
  }
  // Half a line is none.
  appendFileSync(path, (lines[6400] as string).slice(0, 100));
  expect((await source.extent()).last.seq).toBe(6400);
  appendFileSync(path, (lines[6400] as string).slice(100));
  expect((await source.extent()).last.seq).toBe(6401);
  alive = false;
  expect(source.growing).toBe(false);
});

test('clocks that go back do not lead astray', async () => {
  const dir = scratchDir();
  // Every 700 records the clock goes back by more than it has gone on since.
  writeLines(
    dir,
    linesOf(records, ({ seq }) => 1_750_000_000_000 + (seq % 700) * 40 - Math.floor(seq / 700) * 9000),
    2000,
  );
  await buildIndex(dir);
  const [source, whole] = [await opened(dir), await wholeSource(dir)];
  const { first } = await whole.extent();
  for (let ms = first.ms - 150_000; ms < first.ms + 40_000; ms += 1777) {
    expect(await source.seqOfTime(ms), `time ${ms}`).toBe(await whole.seqOfTime(ms));
  }
});

test('what lies before a broken middle is shown; asking beyond says where and why', async () => {
  for (const indexed of [false, true]) {
    const dir = scratchDir();
    const spoilt = lines.with(5000, (lines[5000] as string).replace('"kind"', '"kinD"'));
    writeLines(dir, spoilt, 3000);
    if (indexed) expect((await buildIndex(dir)).broken).toContain('broken at record 5001');
    const source = await opened(dir);
    await expect(source.stateAt(6000)).rejects.toThrow(/segment 000002.ndjson is broken at record 5001, byte \d+/);
    expect((await source.extent()).last.seq).toBe(5000);
    const sound = scratchDir();
    writeLines(sound, lines.slice(0, 5000));
    const whole = await wholeSource(sound);
    expect(await source.stateAt(5000)).toEqual(await whole.stateAt(5000));
    expect((await source.records(4990, 5100)).map((rec) => rec.seq)).toEqual([...Array(11)].map((_, i) => 4990 + i));
    await expect(source.records(5001, 5002)).rejects.toThrow('broken at record 5001');
    expect(await source.markFrom(4999, 1, ['end'])).toBeUndefined();
  }
});

test('a run that has not begun is empty, and one that begins is seen', async () => {
  const dir = scratchDir();
  const source = await opened(dir, () => true);
  const nowhere = { seq: 0, tick: 0, ms: 0 };
  expect(await source.extent()).toEqual({ first: nowhere, last: nowhere });
  expect(await source.stateAt(5)).toEqual(emptyLive);
  expect(await source.records(1, 5)).toEqual([]);
  expect(await source.seqOfTime(1e12)).toBe(0);
  expect(await source.markFrom(0, 1, ['trap'])).toBeUndefined();
  writeLines(dir, lines.slice(0, 10));
  expect((await source.extent()).last.seq).toBe(10);
});

test('long texts are put back from the blob store', async () => {
  const dir = scratchDir();
  const text = 'x'.repeat(9000);
  const journal = await openJournal(dir, { run: '7f3a0c1d', fsync: 'never' });
  const note = { kind: 'stream.aborted', req: 1, pid: 1, partial: text, tokens: 9, why: 'a test' };
  journal.appendNote(note);
  await journal.close();
  expect(readFileSync(join(journalDir(dir), segmentName(1)), 'utf8')).not.toContain(text);
  expect((await (await opened(dir)).records(1, 1))[0]).toMatchObject({ partial: text });
});

test('an index that was made of another journal of the run is not believed', async () => {
  const dir = scratchDir();
  writeLines(dir, lines);
  await buildIndex(dir);
  // The same records at other times: other hashes at nearly the same places.
  const other = linesOf(records, (rec) => Date.parse(rec.ts) + 1);
  writeLines(dir, other);
  await expectSameAnswers(await opened(dir), await wholeSource(dir), 10);
  // A journal that was cut short, and grew again in another way.
  writeLines(dir, lines.slice(0, 5000));
  await expectSameAnswers(await opened(dir), await wholeSource(dir), 10);
});

test('an index that is deleted or damaged while it is read is made anew', async () => {
  const dir = scratchDir();
  writeLines(dir, lines);
  const { bytes } = await buildIndex(dir);
  const whole = await wholeSource(dir);
  for (const name of [undefined, 'anchors', 'ticks', 'marks-trap', 'states', 'snapshots']) {
    const source = await openRun(dir);
    await expectSameAnswers(source, whole, 3);
    const path = join(indexDir(dir), name ?? '');
    const was = name === undefined ? undefined : readFileSync(path);
    if (was === undefined) rmSync(path, { recursive: true });
    else writeFileSync(path, was.fill(0x33, 300, was.length - 300));
    await expectSameAnswers(source, whole, 10);
    const other = await openRun(dir);
    await expectSameAnswers(other, whole, 10);
    await other.close();
    await source.close();
    expect((await buildIndex(dir)).bytes, name).toBe(bytes);
  }
});

test('where no index can be written, one is made for the reader alone', async () => {
  const dir = scratchDir();
  writeLines(dir, lines);
  writeFileSync(indexDir(dir), 'in the way');
  const source = await openRun(dir);
  await expectSameAnswers(source, await wholeSource(dir), 10);
  await source.close();
});

test('a torn index is cut to what is whole', async () => {
  const dir = scratchDir();
  writeLines(dir, lines);
  const { bytes } = await buildIndex(dir);
  for (const name of ['anchors', 'ticks', 'marks-trap', 'states', 'snapshots']) {
    truncateSync(join(indexDir(dir), name), 700);
    const source = await openRun(dir);
    await expectSameAnswers(source, await wholeSource(dir), 5);
    await source.close();
    expect((await buildIndex(dir)).bytes).toBe(bytes);
  }
});

test('a run that is deleted while it is read does not come back as an empty directory', async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1700);
  const source = await opened(dir);
  rmSync(dir, { recursive: true, force: true });
  await source.stateAt(5000).catch(() => {});
  await source.records(1, 10).catch(() => {});
  expect(existsSync(dir)).toBe(false);
});
