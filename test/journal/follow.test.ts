import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { follow, type JournalRecord, openJournal } from '../../src/journal/index.ts';
import { scratchRun } from './scratch.ts';

const file = (run: string): string => join(run, 'journal', '000001.ndjson');

/** Follows in the background; `until(n)` resolves when n records have come. */
function follower(
  run: string,
  fromSeq = 1,
): { seqs: number[]; until: (count: number) => Promise<void>; end: () => Promise<void> } {
  const abort = new AbortController();
  const seqs: number[] = [];
  let wake = (): void => {};
  let failure: unknown;
  const done = (async () => {
    for await (const records of follow(run, { fromSeq, signal: abort.signal })) {
      seqs.push(...records.map((record: JournalRecord) => record.seq));
      wake();
    }
  })().catch((error: unknown) => {
    failure = error;
    wake();
  });
  onTestFinished(() => abort.abort());
  return {
    seqs,
    until: async (count) => {
      while (seqs.length < count) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    end: async () => {
      abort.abort();
      await done;
      if (failure !== undefined) throw failure;
    },
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('follow', () => {
  it('delivers what is there, then what is written, each once and in order', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a' });
    journal.flush();
    const { seqs, until, end } = follower(run);
    await until(1);
    for (let i = 2; i <= 30; i += 1) {
      journal.appendNote({ kind: 'a', i });
      await until(i);
    }
    await end();
    expect(seqs).toEqual(range(1, 30));
    await journal.close();
  });

  it.each(['the run’s directory is there', 'nothing is there'])('may begin before the journal: %s', async (what) => {
    const run = what.startsWith('nothing') ? join(scratchRun(), 'runs', 'later') : scratchRun();
    const { seqs, until, end } = follower(run);
    await new Promise((resolve) => setImmediate(resolve));
    mkdirSync(run, { recursive: true });
    const journal = await openJournal(run, { run: 'r' });
    journal.appendBatch({ kind: 'a' }, [{ kind: 'b' }]);
    await until(2);
    await end();
    expect(seqs).toEqual([1, 2]);
    await journal.close();
  });

  it('goes through segments while they are written', async () => {
    const run = scratchRun();
    const { seqs, until, end } = follower(run);
    const journal = await openJournal(run, { run: 'r', segmentBytes: 2000, fsync: 'never' });
    for (let i = 1; i <= 300; i += 1) {
      journal.appendNote({ kind: 'a', i });
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await journal.close();
    await until(300);
    await end();
    expect(seqs).toEqual(range(1, 300));
  });

  it('begins at a seq, in whichever segment', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r', segmentBytes: 1000 });
    for (let i = 1; i <= 50; i += 1) journal.appendNote({ kind: 'a', i });
    await journal.close();
    const { seqs, until, end } = follower(run, 33);
    await until(18);
    await end();
    expect(seqs).toEqual(range(33, 50));
  });

  it('delivers a line only when it is complete, and none that recovery cuts off', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    for (let i = 1; i <= 3; i += 1) journal.appendNote({ kind: 'a', i });
    await journal.close();
    const whole = readFileSync(file(run), 'utf8');
    const second = whole.indexOf('\n') + 1;
    writeFileSync(file(run), whole.slice(0, second + 40));
    const { seqs, until, end } = follower(run);
    await until(1);
    appendFileSync(file(run), whole.slice(second + 40, whole.length - 20));
    await until(2);
    expect(seqs).toEqual([1, 2]);
    const again = await openJournal(run, { run: 'r' });
    expect(again.recovered).toMatchObject({ cutFromSeq: 3 });
    again.appendNote({ kind: 'journal.recovered' });
    await again.close();
    await until(3);
    await end();
    expect(seqs).toEqual([1, 2, 3]);
  });

  it('fails with the place when delivered bytes are gone', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a' });
    journal.flush();
    const { until } = follower(run);
    await until(1);
    truncateSync(file(run), 10);
    await expect(until(2)).rejects.toMatchObject({ code: 'broken', at: { segment: '000001.ndjson', seq: 2 } });
    await journal.close();
  });

  it('fails with the place at a line that is no record', async () => {
    const run = scratchRun();
    const journal = await openJournal(run, { run: 'r' });
    journal.appendNote({ kind: 'a' });
    journal.flush();
    appendFileSync(file(run), 'garbage\n');
    const { until, seqs } = follower(run);
    await expect(until(2)).rejects.toMatchObject({ code: 'broken', at: { reason: 'not_json' } });
    expect(seqs).toEqual([1]);
    await journal.close();
  });

  it('ends without an error when the signal was aborted before', async () => {
    for await (const _ of follow(scratchRun(), { signal: AbortSignal.abort() })) throw new Error('delivered');
  });
});

it('delivers what comes before a flipped byte, and then says where the chain is broken', async () => {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r' });
  journal.appendBatch({ kind: 'a', text: 'one' }, [{ kind: 'b', text: 'two' }]);
  journal.appendNote({ kind: 'c', text: 'three' });
  await journal.close();
  writeFileSync(file(run), readFileSync(file(run), 'utf8').replace('two', 'tvo'));
  const tail = follower(run);
  await expect(tail.until(3)).rejects.toThrow(/000001\.ndjson is broken at record 2, byte \d+/);
  expect(tail.seqs).toEqual([1]);
});
