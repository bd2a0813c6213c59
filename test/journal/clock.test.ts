import { expect, it, onTestFinished, vi } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { readAll, scratchRun } from './scratch.ts';

const T0 = Date.parse('2026-01-05T09:00:00.000Z');

function clock(): { at: (ms: number) => void } {
  vi.useFakeTimers({ toFake: ['Date'], now: T0 });
  onTestFinished(() => void vi.useRealTimers());
  return { at: (ms) => vi.setSystemTime(T0 + ms) };
}

it('time stamps never go back; a clock that does is told of once', async () => {
  const { at } = clock();
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r' });
  for (const ms of [0, 5000, -3_595_000, -3_594_000, 4000, 6000]) {
    at(ms);
    expect(journal.appendBatch({ kind: 'in', ms }, [{ kind: 'out' }])).toBe(
      journal.head.seq - (ms === -3_595_000 ? 2 : 1),
    );
  }
  await journal.close();
  const records = await readAll(run, { check: true });
  const time = (ts: string): number => Date.parse(ts) - T0;
  expect(records.filter(({ kind }) => kind === 'in').map(({ ts }) => time(ts))).toEqual([
    0, 5000, 5000, 5000, 5000, 6000,
  ]);
  expect(records.filter(({ class: cls }) => cls === 'note')).toMatchObject([
    { seq: 7, kind: 'runtime.said', text: expect.stringMatching(/^The clock went back by 3600 s/) },
  ]);
});

it('the time of the last record is held over a new opening, too', async () => {
  const { at } = clock();
  const run = scratchRun();
  const first = await openJournal(run, { run: 'r' });
  first.appendNote({ kind: 'a' });
  await first.close();
  at(-60_000);
  const second = await openJournal(run, { run: 'r' });
  second.appendNote({ kind: 'b' });
  await second.close();
  expect(await readAll(run, { check: true })).toMatchObject([
    { kind: 'a', ts: '2026-01-05T09:00:00.000Z' },
    { kind: 'b', ts: '2026-01-05T09:00:00.000Z' },
    { kind: 'runtime.said', text: expect.stringContaining('went back by 60 s') },
  ]);
});

it('a few milliseconds back are held, and not worth a word', async () => {
  const { at } = clock();
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r' });
  for (const ms of [0, -20, -5, 1]) {
    at(ms);
    journal.appendNote({ kind: 'a' });
  }
  await journal.close();
  expect((await readAll(run)).map(({ ts }) => Date.parse(ts) - T0)).toEqual([0, 0, 0, 1]);
});
