import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LineEncoder } from '../../src/journal/encode.ts';
import { openJournal, verifyChain } from '../../src/journal/index.ts';
import { NOTHING } from '../../src/journal/record.ts';
import { lastRecords } from '../../src/runtime/journal-tail.ts';
import { readAll, scratchRun } from './scratch.ts';

async function threeRecords(): Promise<{ run: string; file: string; lines: string[] }> {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r' });
  journal.appendBatch({ kind: 'a', text: 'one' }, [{ kind: 'b', text: 'two' }]);
  journal.appendNote({ kind: 'c', text: 'three' });
  await journal.close();
  const file = join(run, 'journal', '000001.ndjson');
  return { run, file, lines: readFileSync(file, 'utf8').split('\n').slice(0, 3) };
}

const reasons = async (run: string): Promise<string[]> =>
  (await verifyChain(run)).breaks.map((at) => `${at.seq} ${at.reason}`);

describe('verifyChain', () => {
  it('finds nothing wrong with an empty journal', async () => {
    expect(await verifyChain(scratchRun())).toEqual({
      ok: true,
      records: 0,
      head: NOTHING,
      breaks: [],
      missing: [],
    });
  });

  it('names a record of another run in a sound chain', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendBatch({ kind: 'a' }, []);
    await journal.close();
    const encoder = new LineEncoder('other', (await verifyChain(run)).head);
    appendFileSync(join(run, 'journal', '000001.ndjson'), encoder.line('note', '{"kind":"c"}', 0, 0));
    expect(await reasons(run)).toEqual(['2 schema']);
  });

  it('names bytes without a newline in a middle segment as what they are: no torn tail', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', segmentBytes: 200 });
    for (let n = 0; n < 4; n += 1) {
      journal.appendBatch({ kind: 'a', text: 'x'.repeat(100) }, []);
      await journal.written();
    }
    await journal.close();
    appendFileSync(join(run, 'journal', '000001.ndjson'), 'stray');
    expect((await reasons(run))[0]).toMatch(/ not_json$/);
  });

  it('names a changed line: hash_mismatch, once, with its byte', async () => {
    const { run, file, lines } = await threeRecords();
    writeFileSync(file, readFileSync(file, 'utf8').replace('two', 'TWO'));
    const report = await verifyChain(run);
    expect(report.breaks).toEqual([
      { segment: '000001.ndjson', record: 2, seq: 2, byte: (lines[0] as string).length + 1, reason: 'hash_mismatch' },
    ]);
    expect(report.head.seq).toBe(1);
  });

  it('names a removed line: seq_gap', async () => {
    const { run, file, lines } = await threeRecords();
    writeFileSync(file, `${lines[0]}\n${lines[2]}\n`);
    expect(await reasons(run)).toEqual(['2 seq_gap']);
  });

  it('names a missing first segment: seq_gap', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', segmentBytes: 1 });
    journal.appendNote({ kind: 'a' });
    journal.appendNote({ kind: 'b' });
    await journal.close();
    rmSync(join(run, 'journal', '000001.ndjson'));
    expect(await reasons(run)).toEqual(['1 seq_gap']);
  });

  it('names a record that was exchanged together with its hash: prev_mismatch at the next', async () => {
    const { run, file, lines } = await threeRecords();
    const other = new LineEncoder('r', { seq: 1, hash: JSON.parse(lines[0] as string).hash });
    const forged = other.line('event', '{"kind":"b","text":"forged"}', 1, 0);
    writeFileSync(file, `${lines[0]}\n${forged}${lines[2]}\n`);
    expect(await reasons(run)).toEqual(['3 prev_mismatch']);
  });

  it.each([
    ['in the place of a record', [0, 'garbage', 2], 2],
    ['between two records', [0, 'garbage', 1, 2], 3],
    ['in the place of one and between two', [0, 'garbage', 'more', 2], 2],
    ['before all', ['garbage', 0, 1, 2], 3],
  ])('names what is not JSON, %s, and nothing else; it is no record', async (_, parts, records) => {
    const { run, file, lines } = await threeRecords();
    writeFileSync(file, parts.map((part) => `${typeof part === 'number' ? lines[part] : part}\n`).join(''));
    const report = await verifyChain(run);
    expect(report.records).toBe(records);
    const garbage = parts.flatMap((part, at) => (typeof part === 'number' ? [] : [at + 1]));
    expect(report.breaks.map(({ record, reason }) => [record, reason])).toEqual(garbage.map((at) => [at, 'not_json']));
  });

  it('names more records that are missing than lines that cannot be read, and what follows garbage out of order', async () => {
    const { run, file, lines } = await threeRecords();
    writeFileSync(file, `garbage\n${lines[2]}\n`);
    expect(await reasons(run)).toEqual(['1 not_json', '1 seq_gap']);
    writeFileSync(file, `${lines[0]}\n${lines[1]}\ngarbage\n${lines[1]}\n`);
    expect(await reasons(run)).toEqual(['3 not_json', '3 seq_gap']);
  });

  it('goes on from the hash that a broken record states', async () => {
    const { run, file, lines } = await threeRecords();
    const other = new LineEncoder('r', { seq: 1, hash: 'f'.repeat(64) });
    const alien = other.line('event', '{"kind":"b"}', 1, 0);
    const next = new LineEncoder('r', { seq: 2, hash: other.hash }).line('note', '{"kind":"c"}', 0, 0);
    writeFileSync(file, `${lines[0]}\n${alien}${next}`);
    expect(await reasons(run)).toEqual(['2 prev_mismatch']);
  });

  it('names an incomplete last line: torn_tail', async () => {
    const { run, file } = await threeRecords();
    appendFileSync(file, '{"v":1,"seq":4');
    const report = await verifyChain(run);
    expect(report).toMatchObject({ ok: false, records: 3, head: { seq: 3 } });
    expect(report.breaks).toMatchObject([{ seq: 4, reason: 'torn_tail', detail: '14 bytes' }]);
  });

  it('says which line a break is: 1 for the first that was looked at', async () => {
    const { run, file, lines } = await threeRecords();
    writeFileSync(file, `${lines[0]}\n${lines[2]}\n{"v":1`);
    expect((await verifyChain(run)).breaks.map(({ record, seq }) => [record, seq])).toEqual([
      [2, 2],
      [3, 4],
    ]);
  });

  it('leaves the shape of a record to whoever takes the decisions again', async () => {
    const { run, file, lines } = await threeRecords();
    const encoder = new LineEncoder('r', { seq: 3, hash: JSON.parse(lines[2] as string).hash });
    appendFileSync(file, encoder.line('event', '{"kind":"b"}', 0, 0));
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 4 });
  });

  it('looks for every blob that is named, wherever in a line, and names each missing one once', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    const text = (c: string): string => c.repeat(5000);
    journal.appendNote({ kind: 'a', deep: [{ text: text('x') }, { text: text('y') }] } as { kind: string });
    for (let i = 0; i < 5; i += 1) journal.appendNote({ kind: 'b' });
    journal.appendNote({ kind: 'c', text: text('x'), quoted: '{"blob":"' } as { kind: string });
    journal.appendNote({ kind: 'd', text: text('z') } as { kind: string });
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, missing: [] });
    const x = createHash('sha256').update(text('x')).digest('hex');
    rmSync(join(run, 'blobs'), { recursive: true });
    const { ok, missing } = await verifyChain(run);
    expect(ok).toBe(true);
    expect(missing).toHaveLength(3);
    expect(missing[0]).toEqual({ code: 'blob_missing', sha256: x, why: 'absent' });
  });

  it('checks lines longer than one read, and journals of many reads', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    const list = Array.from({ length: 700 }, (_, i) => `${i}${'z'.repeat(4000)}`);
    journal.appendNote({ kind: 'big', list } as { kind: string });
    for (let i = 0; i < 4000; i += 1) journal.appendNote({ kind: 'small', pad: 'p'.repeat(400) } as { kind: string });
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 4001, head: journal.head });
  });

  it('says in a sentence what it is not let read, and so does every reader', async () => {
    const { run } = await threeRecords();
    mkdirSync(join(run, 'journal', '000002.ndjson'));
    const sentence = { code: 'failed', message: expect.stringMatching(/^The journal at \S+ cannot be read \(EISDIR/) };
    await expect(verifyChain(run)).rejects.toMatchObject(sentence);
    await expect(readAll(run)).rejects.toMatchObject(sentence);
    await expect(lastRecords(run)).rejects.toMatchObject(sentence);
  });

  it('checks one segment file by itself, from what its first record says', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', segmentBytes: 1 });
    for (let i = 0; i < 4; i += 1) journal.appendNote({ kind: 'a', text: 'x'.repeat(5000) } as { kind: string });
    await journal.close();
    const third = join(run, 'journal', '000003.ndjson');
    expect(await verifyChain(third)).toMatchObject({ ok: true, records: 1, head: { seq: 3 }, missing: [] });
    const copy = join(run, 'any-name');
    writeFileSync(copy, readFileSync(third, 'utf8').replace('"kind":"a"', '"kind":"b"'));
    expect((await verifyChain(copy)).breaks).toMatchObject([{ record: 1, seq: 3, reason: 'hash_mismatch' }]);
  });
});
