import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal, parseLine, readBatches, readLineBatches } from '../../src/journal/index.ts';
import { readAll, scratchRun } from './scratch.ts';

async function runOf(count: number, segmentBytes: number): Promise<string> {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r', segmentBytes });
  for (let i = 1; i <= count; i += 1) journal.appendNote({ kind: 'n', i });
  await journal.close();
  return run;
}

const file = (run: string): string => join(run, 'journal', '000001.ndjson');

async function readUntilBroken(run: string, options = {}): Promise<{ seqs: number[]; error: unknown }> {
  const seqs: number[] = [];
  try {
    for await (const records of readBatches(run, options)) seqs.push(...records.map((record) => record.seq));
    return { seqs, error: undefined };
  } catch (error) {
    return { seqs, error };
  }
}

describe('the reader', () => {
  it('delivers nothing where there is no journal', async () => {
    expect(await readAll(scratchRun())).toEqual([]);
  });

  it.each([1, 2, 57, 100, 101])('delivers from seq %i on, over segments, checked or not', async (fromSeq) => {
    const run = await runOf(100, 1000);
    for (const check of [false, true]) {
      const seqs = (await readAll(run, { fromSeq, check })).map((record) => record.seq);
      expect(seqs).toEqual(Array.from({ length: 101 - fromSeq }, (_, i) => fromSeq + i));
    }
  });

  it('reads one segment file by itself', async () => {
    const run = await runOf(100, 1000);
    const records = await readAll(join(run, 'journal', '000002.ndjson'), { check: true });
    expect(records.length).toBeGreaterThan(1);
    expect(records[0]?.seq).toBeGreaterThan(1);
  });

  it('gives lines as they stand on the disk, with their place', async () => {
    const run = await runOf(5, 1e6);
    const text = readFileSync(file(run), 'utf8');
    for await (const lines of readLineBatches(run)) {
      for (const line of lines) {
        expect(text.slice(line.byte, line.byte + line.text.length + 1)).toBe(`${line.text}\n`);
        expect(parseLine(line.text)).toMatchObject({ ok: true, record: { seq: line.seq } });
      }
    }
  });

  it('reads records longer than one read', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    const list = Array.from({ length: 400 }, (_, i) => `${i}${'z'.repeat(4000)}`);
    journal.appendNote({ kind: 'big', list });
    journal.appendNote({ kind: 'small' });
    await journal.close();
    expect(await readAll(run, { check: true })).toMatchObject([{ list }, { kind: 'small' }]);
  });

  it('leaves an incomplete last line out, without an error', async () => {
    const run = await runOf(5, 1e6);
    appendFileSync(file(run), '{"v":1,"seq":6,');
    expect(await readAll(run, { check: true })).toHaveLength(5);
  });

  it('delivers what comes before a break, then names the place', async () => {
    const run = await runOf(10, 1e6);
    const text = readFileSync(file(run), 'utf8');
    writeFileSync(file(run), text.replace('"i":7', '"i":8'));
    const byte = text.indexOf('{"v":1,"seq":7');
    const { seqs, error } = await readUntilBroken(run, { check: true });
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(error).toMatchObject({
      code: 'broken',
      at: { segment: '000001.ndjson', seq: 7, byte, reason: 'hash_mismatch' },
    });
  });

  it('does the same, unchecked, for a line that cannot be parsed', async () => {
    const run = await runOf(10, 1e6);
    writeFileSync(file(run), readFileSync(file(run), 'utf8').replace('"kind":"n","i":7', '"kind":"n","i":'));
    const { seqs, error } = await readUntilBroken(run);
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(error).toMatchObject({ at: { seq: 7, reason: 'not_json' } });
  });
});

describe('parseLine', () => {
  const good = {
    v: 1,
    seq: 1,
    ts: 't',
    run: 'r',
    class: 'note',
    kind: 'k',
    prev: '0'.repeat(64),
    hash: 'f'.repeat(64),
  };

  it('answers a failure for what is not JSON', () => {
    expect(parseLine('{"v":1')).toMatchObject({ ok: false, reason: 'not_json' });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an array', []],
    ['another version', { ...good, v: 2 }],
    ['seq 0', { ...good, seq: 0 }],
    ['no ts', { ...good, ts: undefined }],
    ['no run', { ...good, run: 1 }],
    ['an unknown class', { ...good, class: 'x' }],
    ['no kind', { ...good, kind: undefined }],
    ['an event without cause', { ...good, class: 'event' }],
    ['a note with a cause', { ...good, cause: 1 }],
    ['a short hash', { ...good, hash: 'ff' }],
    ['a prev that is no digest', { ...good, prev: 'x'.repeat(64) }],
  ])('answers a failure for %s', (_, value) => {
    expect(parseLine(JSON.stringify(value))).toMatchObject({ ok: false, reason: 'schema' });
  });

  it('answers the record otherwise', () => {
    expect(parseLine(JSON.stringify(good))).toEqual({ ok: true, record: good });
  });
});
