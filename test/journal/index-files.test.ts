import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Anchor } from '../../src/journal/anchor.ts';
import { LineEncoder } from '../../src/journal/encode.ts';
import { ANCHORS, anchorsOf, indexDir } from '../../src/journal/index-files.ts';
import { Layout } from '../../src/journal/index-layout.ts';
import { withRows } from '../../src/journal/index-table.ts';
import { JournalWalk, type PlacedLine } from '../../src/journal/index-walk.ts';
import { NOTHING } from '../../src/journal/record.ts';
import { journalDir, segmentName } from '../../src/journal/segments.ts';
import { runs } from '../helpers/fc.ts';
import { scratchRun } from './scratch.ts';

const layout = new Layout({ seq: 6, pid: 3, hash: 64 });
const hash = 'ab'.repeat(32);

test('a line of an index comes back as it was written, and a change of any byte is noticed', () => {
  fc.assert(
    fc.property(
      fc.record({ seq: fc.nat(999_999), pid: fc.nat(999), hash: fc.constant(hash) }),
      fc.nat(layout.width - 2),
      fc.integer({ min: 1, max: 127 }),
      (row, at, flip) => {
        const line = layout.encode(row);
        expect(line).toHaveLength(layout.width);
        expect(layout.decode(line)).toEqual(row);
        const bytes = Buffer.from(line, 'latin1');
        bytes[at] = (bytes[at] as number) ^ flip;
        expect(layout.decode(bytes.toString('latin1'))).toBeUndefined();
      },
    ),
    { numRuns: runs },
  );
  expect(() => layout.encode({ seq: 1_000_000, pid: 0, hash })).toThrow('does not fit');
});

test('the last line up to a value is found in files of any length', () => {
  const path = join(scratchRun(), 'rows');
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(300), { maxLength: 40 }), fc.integer({ min: -1, max: 301 }), (values, value) => {
      const seqs = values.sort((a, b) => a - b);
      writeFileSync(path, seqs.map((seq) => layout.encode({ seq, pid: 0, hash })).join(''));
      const found = withRows(path, layout, (rows) => rows.lastUpTo('seq', value));
      expect(found).toBe(seqs.findLastIndex((seq) => seq <= value));
    }),
    { numRuns: runs },
  );
});

/** A journal of notes of different lengths, a few to a segment; its lines as a walk should give them. */
const writeJournal = (dir: string, count: number, perSegment: number, from = NOTHING): PlacedLine[] => {
  mkdirSync(journalDir(dir), { recursive: true });
  const encoder = new LineEncoder('1', from);
  const placed: PlacedLine[] = [];
  for (let i = 0; i < count; i += 1) {
    const segment = 1 + Math.floor(i / perSegment);
    const path = join(journalDir(dir), segmentName(segment));
    if (i % perSegment === 0) writeFileSync(path, '');
    const byte = readFileSync(path).length;
    const line = encoder.line('note', JSON.stringify({ kind: 'runtime.said', text: 'ü'.repeat((i * 37) % 90) }), 0, i);
    appendFileSync(path, line);
    placed.push({ seq: encoder.seq, hash: encoder.hash, segment, byte, text: line.slice(0, -1) });
  }
  return placed;
};

const all = (walk: JournalWalk | undefined): PlacedLine[] => {
  const lines: PlacedLine[] = [];
  for (let some = walk?.next() ?? []; some.length > 0; some = walk?.next() ?? []) lines.push(...some);
  return lines;
};

test('a walk from any record gives all that follow, over segments, and goes on when there is more', () => {
  const dir = scratchRun();
  const lines = writeJournal(dir, 23, 5);
  expect(all(JournalWalk.after(dir, undefined))).toEqual(lines);
  for (const [i, line] of lines.entries()) {
    const walk = JournalWalk.after(dir, line);
    expect(all(walk)).toEqual(lines.slice(i + 1));
    walk?.close();
  }
  const walk = JournalWalk.after(dir, lines[20]);
  expect(all(walk)).toEqual(lines.slice(21));
  // The same records once more, at the same places, and others after them.
  expect(writeJournal(dir, 40, 5).slice(0, 23)).toEqual(lines);
  const more = writeJournal(dir, 40, 5);
  expect(all(walk)).toEqual(more.slice(23));
  walk?.close();
});

test('a walk stops where it is told to, and goes on from there', () => {
  const dir = scratchRun();
  const lines = writeJournal(dir, 23, 5);
  const walk = JournalWalk.after(dir, lines[1]);
  expect(walk?.next(5, 5)).toEqual(lines.slice(4, 5));
  expect(walk?.next(0, 5)).toEqual([]);
  expect(all(walk)).toEqual(lines.slice(5));
  walk?.close();
});

test('a walk is refused where the journal does not have that record at that place', () => {
  const dir = scratchRun();
  const lines = writeJournal(dir, 12, 5);
  const [line] = lines.slice(7) as [PlacedLine];
  const wrong: Partial<Anchor>[] = [{ hash }, { seq: 7 }, { byte: line.byte + 1 }, { segment: 1 }, { segment: 9 }];
  for (const change of wrong)
    expect(JournalWalk.after(dir, { ...line, ...change }), JSON.stringify(change)).toBeUndefined();
});

test('at a break everything before it is given, then the sentence; half a line at the end is none', () => {
  const dir = scratchRun();
  const lines = writeJournal(dir, 12, 5);
  const path = join(journalDir(dir), segmentName(3));
  truncateSync(path, readFileSync(path).length - 9);
  expect(all(JournalWalk.after(dir, undefined))).toEqual(lines.slice(0, 11));
  const middle = join(journalDir(dir), segmentName(2));
  writeFileSync(middle, readFileSync(middle, 'utf8').replace('"seq":8', '"seq":9'));
  const walk = JournalWalk.after(dir, lines[1]);
  const seen: PlacedLine[] = [];
  expect(() => {
    for (;;) seen.push(...(walk?.next() ?? []));
  }).toThrow(/segment 000002.ndjson is broken at record 8, byte \d+/);
  expect(seen).toEqual(lines.slice(2, 7));
});

test('anchors are read from the file as they are; without a sound file there is none', () => {
  const dir = scratchRun();
  const anchors = anchorsOf(dir);
  expect(anchors(1e9)).toBeUndefined();
  mkdirSync(indexDir(dir));
  const path = join(indexDir(dir), 'anchors');
  const rows = [1000, 2000, 3000].map((seq) => ({
    seq,
    tick: 1,
    ms: 1,
    leastMs: 1,
    segment: 1,
    byte: seq * 300,
    hash,
  }));
  writeFileSync(path, rows.map((row) => ANCHORS.encode(row)).join(''));
  expect(anchors(999)).toBeUndefined();
  expect(anchors(1000)).toEqual({ seq: 1000, hash, segment: 1, byte: 300_000 });
  expect(anchors(2999)?.seq).toBe(2000);
  expect(anchors(Number.POSITIVE_INFINITY)?.seq).toBe(3000);
  appendFileSync(path, 'torn');
  expect(anchors(Number.POSITIVE_INFINITY)?.seq).toBe(3000);
  writeFileSync(path, readFileSync(path).fill(0x31, 0, 400));
  expect(anchors(1e9)).toBeUndefined();
});
