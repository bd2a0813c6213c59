import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LineEncoder } from '../../src/journal/encode.ts';
import { openJournal, verifyChain } from '../../src/journal/index.ts';
import { NOTHING } from '../../src/journal/record.ts';
import { scratchRun } from './scratch.ts';

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
      { segment: '000001.ndjson', seq: 2, byte: (lines[0] as string).length + 1, reason: 'hash_mismatch' },
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

  it('names what is not JSON', async () => {
    const { run, file, lines } = await threeRecords();
    writeFileSync(file, `${lines[0]}\ngarbage\n${lines[2]}\n`);
    expect(await reasons(run)).toEqual(['2 not_json']);
  });

  it('names an incomplete last line: torn_tail', async () => {
    const { run, file } = await threeRecords();
    appendFileSync(file, '{"v":1,"seq":4');
    const report = await verifyChain(run);
    expect(report).toMatchObject({ ok: false, records: 3, head: { seq: 3 } });
    expect(report.breaks).toMatchObject([{ seq: 4, reason: 'torn_tail', detail: '14 bytes' }]);
  });

  it('names what the validator objects to: schema', async () => {
    const { run } = await threeRecords();
    const report = await verifyChain(run, {
      validate: (record) => (record.kind === 'b' ? 'text: too short' : undefined),
    });
    expect(report.breaks).toMatchObject([{ seq: 2, reason: 'schema', detail: 'text: too short' }]);
  });

  it('names a line with a good hash whose envelope is wrong: schema', async () => {
    const { run, file, lines } = await threeRecords();
    const encoder = new LineEncoder('r', { seq: 3, hash: JSON.parse(lines[2] as string).hash });
    appendFileSync(file, encoder.line('event', '{"kind":"b"}', 0, 0));
    expect(await reasons(run)).toEqual(['4 schema']);
  });
});
