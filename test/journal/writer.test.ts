import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FsyncPolicy, openJournal, verifyChain } from '../../src/journal/index.ts';
import { act, expected, summary } from './arbitraries.ts';
import { PATIENT, RUNS, readAll, scratchRun } from './scratch.ts';

const content = (run: string): string => readFileSync(join(run, 'journal', '000001.ndjson'), 'utf8');

describe('Journal', () => {
  it('writes the line that the format says', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r"1' });
    journal.appendBatch({ kind: 'op.done', text: 'é\n' }, [{ kind: 'committed', tick: 3 }]);
    await journal.close();
    const [first, second] = content(run).split('\n');
    expect(first).toMatch(
      /^\{"v":1,"seq":1,"ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","run":"r\\"1","class":"input","kind":"op\.done","text":"é\\n","prev":"0{64}","hash":"[0-9a-f]{64}"\}$/,
    );
    expect(second).toContain('"class":"event","kind":"committed","tick":3,"cause":1,"prev":"');
  });

  it('gives back on disk what was appended, over many small segments and several openings', PATIENT, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), fc.nat(12), async (acts, reopenAt) => {
        const run = scratchRun();
        let journal = await openJournal(run, { run: 'r', fsync: 'never', segmentBytes: 700 });
        for (const [index, item] of acts.entries()) {
          if (index === reopenAt) {
            await journal.close();
            journal = await openJournal(run, { run: 'r', fsync: 'never', segmentBytes: 700 });
          }
          if (item.type === 'note') journal.appendNote(item.note);
          else journal.appendBatch(item.input, item.events);
        }
        await journal.close();
        expect((await readAll(run, { check: true })).map(summary)).toEqual(expected(acts));
        expect((await verifyChain(run)).head).toEqual(journal.head);
      }),
      { numRuns: Math.ceil(RUNS / 25) },
    );
  });

  it('returns the seq of the input, of the first event, of the note', async () => {
    const journal = await openJournal(scratchRun(), { run: 'r' });
    expect(journal.appendBatch({ kind: 'a' }, [{ kind: 'b' }, { kind: 'c' }])).toBe(1);
    expect(journal.appendEvents([{ kind: 'd' }], 1)).toBe(4);
    expect(journal.appendNote({ kind: 'e' })).toBe(5);
    expect(journal.head.seq).toBe(5);
    await journal.close();
  });

  it('has handed everything to the system when `flush` or `written` returns', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a' });
    expect(content(run)).toBe('');
    journal.flush();
    expect(content(run)).toContain('"seq":1');
    journal.appendNote({ kind: 'b' });
    const done = journal.written();
    expect(content(run)).toContain('"seq":2');
    await done;
    await journal.close();
  });

  it('hands everything over by itself when the macrotask has ended', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(content(run)).toContain('"seq":1');
    await journal.close();
  });

  it.each<FsyncPolicy>(['always', 'interval', 'never'])('works under fsync %s', async (fsync) => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', fsync });
    for (let i = 0; i < 20; i += 1) {
      journal.appendBatch({ kind: 'a', i }, [{ kind: 'b', long: 'x'.repeat(5000) }]);
      if (i % 5 === 0) await journal.written();
    }
    await Promise.all([journal.sync(), journal.written(), journal.sync()]);
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 40, missing: [] });
  });

  it('begins new segments between batches only', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', segmentBytes: 900 });
    for (let i = 0; i < 20; i += 1) journal.appendBatch({ kind: 'a' }, [{ kind: 'b' }, { kind: 'c' }]);
    await journal.close();
    const names = readdirSync(join(run, 'journal')).sort();
    expect(names.slice(0, 3)).toEqual(['000001.ndjson', '000002.ndjson', '000003.ndjson']);
    for (const name of names) {
      const text = readFileSync(join(run, 'journal', name), 'utf8');
      if (text !== '') expect(text).toMatch(/^\{[^}]*"class":"input"/);
    }
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 60 });
  });

  it('holds batches larger than its buffer', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    const events = Array.from({ length: 500 }, (_, i) => ({ kind: 'b', i, text: 'ü'.repeat(3000) }));
    journal.appendBatch({ kind: 'a' }, events);
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 501 });
  });

  it('leaves no line of a batch of which one payload cannot be encoded', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'before' });
    expect(() => journal.appendBatch({ kind: 'a' }, [{ kind: 'b' }, { kind: 'c', n: 1n }])).toThrow(TypeError);
    expect(journal.appendNote({ kind: 'after' })).toBe(2);
    await journal.close();
    expect((await readAll(run, { check: true })).map((record) => record.kind)).toEqual(['before', 'after']);
  });

  it.each(['v', 'seq', 'ts', 'run', 'class', 'cause', 'prev', 'hash'])(
    'refuses a payload with the key %s',
    async (key) => {
      const journal = await openJournal(scratchRun(), { run: 'r' });
      expect(() => journal.appendNote({ kind: 'a', [key]: 1 })).toThrow(`A a record cannot carry ${key}`);
      await journal.close();
    },
  );

  it('refuses to append while it is being closed, and loses nothing that it took', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a' });
    const closed = journal.close();
    expect(() => journal.appendNote({ kind: 'late' })).toThrow(expect.objectContaining({ code: 'closed' }));
    await closed;
    expect(await readAll(run)).toMatchObject([{ kind: 'a' }]);
  });

  it('refuses to append after it was closed', async () => {
    const journal = await openJournal(scratchRun(), { run: 'r' });
    await journal.close();
    await journal.close();
    expect(() => journal.appendNote({ kind: 'a' })).toThrow(expect.objectContaining({ code: 'closed' }));
    await expect(journal.written()).rejects.toMatchObject({ code: 'closed' });
  });
});
