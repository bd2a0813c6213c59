import { expect, test } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import { tickRows } from '../../src/store/tick-rows.ts';
import { eventfulRun } from './demo-run.ts';

const { records } = eventfulRun();
const source = recordsSource({ format: 'turingos', name: 'demo', records });
const lines = async (from: number, to: number): Promise<string[]> =>
  (await tickRows(source, from, to)).map(({ tone, tick, who, what, result }) =>
    `${tone}: t${tick} ${who} ${what} ${result}`.trimEnd(),
  );

test('a row a tick: who, what, and what came of it', async () => {
  const rows = await lines(1, 50);
  expect(rows).toHaveLength(45);
  expect(rows[0]).toBe('plain: t1 P1 GOTO rows/ ok');
  expect(rows[1]).toBe('plain: t2 P1 MAP m1 ok');
  expect(rows[6]).toBe('trap: t7 w2 EACCES flag 1');
  expect(rows[7]).toBe('good: t8 w3 step 1 vote 1010');
  expect(rows.slice(18, 22).map((row) => row.replace(/^trap: t\d+ P1 /, ''))).toEqual([
    ...['CPU_FAULT', 'CPU_FAULT x2', 'CPU_FAULT x3', 'CPU_FAULT PANIC'],
  ]);
  expect(rows.slice(40, 43).map((row) => row.slice(-7))).toEqual(['stall 1', 'stall 2', 'stall 3']);
  expect(rows.at(-1)).toBe('open: t45 P1');
});

test('a window is read by itself: its rows are those of the whole list', async () => {
  const all = await lines(1, 50);
  for (const [from, to] of [
    [7, 7],
    [15, 20],
    [40, 44],
    [43, 99],
  ] as const) {
    expect(await lines(from, to)).toEqual(all.slice(from - 1, to));
  }
  expect(await lines(60, 70)).toEqual([]);
});

test('of a fork, whose first tick is a later one, the ticks that there are', async () => {
  const all = await tickRows(source, 1, 50);
  const fork = { ...source, seqOfTick: async (tick: number) => (tick < 10 ? undefined : await source.seqOfTick(tick)) };
  expect(await tickRows(fork, 3, 20)).toEqual(all.slice(9, 20));
  expect(await tickRows(fork, 3, 9)).toEqual([]);
});
