import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal, verifyChain } from '../../src/journal/index.ts';
import { readAll, scratchRun } from './scratch.ts';

const segment = (run: string, number = 1): string => join(run, 'journal', `00000${number}.ndjson`);

async function written(run: string): Promise<void> {
  const journal = await openJournal(run, { run: 'r' });
  journal.appendBatch({ kind: 'in' }, [{ kind: 'out' }, { kind: 'out' }]);
  journal.appendNote({ kind: 'said' });
  await journal.close();
}

describe('openJournal', () => {
  it('begins with nothing', async () => {
    const journal = await openJournal(scratchRun(), { run: 'r' });
    expect(journal.head).toEqual({ seq: 0, hash: '0'.repeat(64) });
    expect(journal.lastBatch).toBeUndefined();
    expect(journal.recovered).toBeUndefined();
    await journal.close();
  });

  it('goes on with seq and chain', async () => {
    const run = scratchRun();
    await written(run);
    const journal = await openJournal(run, { run: 'r' });
    expect(journal.appendNote({ kind: 'more' })).toBe(5);
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 5 });
  });

  it('reports the last batch, notes after it left out', async () => {
    const run = scratchRun();
    await written(run);
    const journal = await openJournal(run, { run: 'r' });
    expect(journal.lastBatch).toMatchObject({
      input: { seq: 1, kind: 'in' },
      events: [
        { seq: 2, cause: 1 },
        { seq: 3, cause: 1 },
      ],
    });
    await journal.close();
  });

  it('cuts an incomplete last line, says so, and lets the batch be completed', async () => {
    const run = scratchRun();
    await written(run);
    const whole = readFileSync(segment(run), 'utf8').split('\n');
    const keep = `${whole[0]}\n${whole[1]}\n`.length;
    truncateSync(segment(run), keep + 10);
    const journal = await openJournal(run, { run: 'r' });
    expect(journal.recovered).toEqual({ cutBytes: 10, cutFromSeq: 3 });
    expect(journal.lastBatch).toMatchObject({ input: { seq: 1 }, events: [{ seq: 2 }] });
    expect(journal.appendEvents([{ kind: 'out' }], 1)).toBe(3);
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 3 });
    expect((await readAll(run)).map((record) => record.cause)).toEqual([undefined, 1, 1]);
  });

  it('never loses a complete last record, whatever the tail is', async () => {
    const run = scratchRun();
    await written(run);
    const bytes = readFileSync(segment(run));
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    for (let length = 0; length <= bytes.length; length += 7) {
      writeFileSync(segment(run), bytes.subarray(0, length));
      const journal = await openJournal(run, { run: 'r' });
      const complete = ends.filter((end) => end <= length);
      expect(journal.head.seq).toBe(complete.length);
      expect(journal.recovered?.cutBytes ?? 0).toBe(length - (complete.at(-1) ?? 0));
      await journal.close();
    }
  });

  it('refuses a broken middle, names the place, and changes nothing', async () => {
    const run = scratchRun();
    await written(run);
    const text = readFileSync(segment(run), 'utf8');
    const broken = text.replace('"out"', '"OUT"');
    writeFileSync(segment(run), broken);
    await expect(openJournal(run, { run: 'r' })).rejects.toMatchObject({
      code: 'broken',
      at: { segment: '000001.ndjson', seq: 2, byte: text.indexOf('\n') + 1, reason: 'hash_mismatch' },
    });
    expect(readFileSync(segment(run), 'utf8')).toBe(broken);
    // The lock was let go: the same refusal again, and not "locked".
    await expect(openJournal(run, { run: 'r' })).rejects.toThrow(
      /segment 000001\.ndjson is broken at record 2, byte \d+/,
    );
  });

  it('refuses a complete last line that does not have its hash: that is no torn tail', async () => {
    const run = scratchRun();
    await written(run);
    appendFileSync(segment(run), '{"v":1,"seq":5}\n');
    await expect(openJournal(run, { run: 'r' })).rejects.toMatchObject({ code: 'broken', at: { seq: 5 } });
  });

  it('refuses a torn line before a later segment', async () => {
    const run = scratchRun();
    await written(run);
    appendFileSync(segment(run), '{"v":1,');
    writeFileSync(segment(run, 2), '');
    await expect(openJournal(run, { run: 'r' })).rejects.toMatchObject({ at: { seq: 5, reason: 'torn_tail' } });
  });

  it('goes on in an empty last segment', async () => {
    const run = scratchRun();
    await written(run);
    writeFileSync(segment(run, 2), '');
    const journal = await openJournal(run, { run: 'r' });
    expect(journal.appendNote({ kind: 'more' })).toBe(5);
    await journal.close();
    expect(readFileSync(segment(run, 2), 'utf8')).toContain('"seq":5');
  });

  it('refuses the journal of another run', async () => {
    const run = scratchRun();
    await written(run);
    await expect(openJournal(run, { run: 'other' })).rejects.toMatchObject({ code: 'wrong_run' });
  });
});
