import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexDir } from '../../src/journal/index-files.ts';
import { journalDir, segmentName } from '../../src/journal/segments.ts';
import { buildIndex, dropIndex, resumeFrom } from '../../src/replay/index.ts';
import { runs } from '../helpers/fc.ts';
import { linesOf, longRun, scratchDir, writeLines } from './scratch-journal.ts';

const lines = linesOf(longRun(2600));

const filesOf = (dir: string): Record<string, string> =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'latin1')]));

test('wherever a crash cut the files of an index, and whatever it left at their ends, it is made whole again', {
  timeout: 180_000,
}, async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1000);
  await buildIndex(dir);
  const whole = filesOf(indexDir(dir));
  const names = Object.keys(whole);
  const damage = fc.record({
    name: fc.constantFrom(...names),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
    end: fc.string(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      for (const { name, keep, end } of damages) {
        const path = join(indexDir(dir), name);
        truncateSync(path, Math.floor(statSync(path).size * keep));
        appendFileSync(path, end);
      }
      await buildIndex(dir);
      expect(filesOf(indexDir(dir))).toEqual(whole);
    }),
    // Each makes an index: a hundredth of what other properties try.
    { numRuns: Math.ceil(runs / 100) },
  );
});

test('a state whose end is spoilt, its length kept, is made anew', async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1000);
  await buildIndex(dir);
  const whole = filesOf(indexDir(dir));
  const path = join(indexDir(dir), 'states');
  truncateSync(path, statSync(path).size - 8);
  appendFileSync(path, ' '.repeat(8));
  await buildIndex(dir);
  expect(filesOf(indexDir(dir))).toEqual(whole);
});

test('an index that was made in steps has what one made at once has, and says how much that is', async () => {
  const dir = scratchDir();
  for (const until of [700, 1500, 2600]) {
    writeLines(dir, lines.slice(0, until), 1000);
    const told: number[] = [];
    const report = await buildIndex(dir, { progress: (records) => told.push(records) });
    expect(report).toMatchObject({ records: until });
    expect(told.at(-1)).toBe(until);
    expect((await resumeFrom(dir)).seq).toBe(until);
  }
  const marks = filesOf(indexDir(dir))['marks-trap'];
  dropIndex(dir);
  expect(readdirSync(indexDir(dir))).toEqual([]);
  expect(await buildIndex(dir)).toMatchObject({ anchors: 3, snapshots: 3 });
  expect(filesOf(indexDir(dir))['marks-trap']).toBe(marks);
  rmSync(indexDir(dir), { recursive: true });
  expect((await resumeFrom(dir)).seq).toBe(0);
});

test('making an index can be stopped, and is gone on with later', async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1000);
  const stop = new AbortController();
  const { records } = await buildIndex(dir, { signal: stop.signal, progress: () => stop.abort() });
  expect(records).toBeGreaterThan(0);
  expect(records).toBeLessThan(lines.length);
  expect((await resumeFrom(dir)).seq).toBe(records);
  expect((await buildIndex(dir)).records).toBe(lines.length);
});

test('a missing segment is told as a break, and one that begins with another number is read', async () => {
  const dir = scratchDir();
  writeLines(dir, lines, 1000);
  const segment = (number: number): string => join(journalDir(dir), segmentName(number));
  rmSync(segment(2));
  const gap = await buildIndex(dir);
  expect(gap).toMatchObject({ records: 1000, broken: expect.stringMatching(/000003.ndjson is broken at record 1001/) });
  dropIndex(dir);
  rmSync(segment(1));
  expect(await buildIndex(dir)).toMatchObject({ records: 0, broken: expect.stringMatching(/at record 1, byte 0/) });
  dropIndex(dir);
  writeLines(dir, lines);
  renameSync(segment(1), segment(4));
  expect(await buildIndex(dir)).toMatchObject({ records: lines.length });
});
