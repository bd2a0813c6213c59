import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { lastRecords } from '../../src/runtime/journal-tail.ts';
import { scratch } from './rig.ts';

const journalOf = async (sizes: readonly number[]): Promise<string> => {
  const dir = scratch();
  const journal = await openJournal(dir, { run: '00c0ffee', fsync: 'never' });
  // Lists are not taken out of a record, whatever their length.
  for (const size of sizes) journal.appendNote({ kind: 'n', list: Array(size).fill('0123456') } as { kind: string });
  await journal.close();
  return dir;
};

const seqs = async (dir: string): Promise<number[]> => (await lastRecords(dir)).map(({ seq }) => seq);

test('the last records are those that the end holds, oldest first', async () => {
  expect(await seqs(await journalOf([1, 1, 1]))).toEqual([1, 2, 3]);
  expect(await seqs(await journalOf([20_000, 1, 1]))).toEqual([2, 3]);
  expect(await lastRecords(scratch())).toEqual([]);
});

test.each([9_000, 40_000, 400_000])(
  'a last record of %i items, longer than is read at first, is there',
  async (size) => {
    expect(await seqs(await journalOf([1, 1, size]))).toContain(3);
    expect((await seqs(await journalOf([size, size]))).at(-1)).toBe(2);
  },
);

test('an incomplete last line, however long, and a segment just begun hide nothing', async () => {
  const dir = await journalOf([1, 1]);
  appendFileSync(join(dir, 'journal', '000001.ndjson'), `{"v":1,"seq":3,"text":"${'x'.repeat(200_000)}`);
  expect(await seqs(dir)).toEqual([1, 2]);
  const rotated = await journalOf([1, 1]);
  writeFileSync(join(rotated, 'journal', '000002.ndjson'), '');
  expect(await seqs(rotated)).toEqual([1, 2]);
});

test('a dispatch is looked for behind all that was streamed since, in earlier segments too', async () => {
  const dir = scratch();
  const journal = await openJournal(dir, { run: '00c0ffee', fsync: 'never', segmentBytes: 300_000 });
  const kinds = ['n', 'route.dispatched', ...Array(3).fill('n'), 'n'];
  for (const kind of kinds) journal.appendNote({ kind, list: Array(12_000).fill('0123456') } as { kind: string });
  await journal.close();
  expect(await seqs(dir)).not.toContain(2);
  const back = await lastRecords(dir, { enough: 'run.ended', back: 'route.dispatched' });
  expect(back.map(({ seq }) => seq).slice(-5)).toEqual([2, 3, 4, 5, 6]);
});
