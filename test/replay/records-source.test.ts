import { expect, test } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import type { Rec } from '../../src/store/record.ts';
import { DemoRun } from '../store/demo-run.ts';

const goto = '{"q":"look","mind":[],"world":{"op":"SYS_GOTO","cap":"h1"}}';
const demo = new DemoRun({ planner: (n) => (n < 200 ? goto : undefined), worker: () => undefined });
demo.play();
const records: readonly Rec[] = demo.records;
const source = recordsSource({ format: 'turingos', name: 'demo', records });

test('a state is the fold of all records up to it, wherever it is asked for', async () => {
  let live = emptyLive;
  for (const rec of records) {
    live = foldLive(live, rec);
    if (rec.seq % 61 === 0 || rec.seq === records.length) expect(await source.stateAt(rec.seq)).toEqual(live);
  }
  expect(await source.stateAt(0)).toEqual(emptyLive);
  expect(await source.stateAt(records.length + 9)).toEqual(live);
});

test('a tick is found where it was dispatched, and one that never was is not', async () => {
  const dispatched = records.filter((rec) => rec.kind === 'route.dispatched');
  for (const rec of dispatched) expect(await source.seqOfTick(rec.tick)).toBe(rec.seq);
  expect(await source.seqOfTick(dispatched.length + 1)).toBeUndefined();
});

test('marks are found in both directions, strictly beyond the place', async () => {
  const traps = records.filter((rec) => rec.kind === 'trap.raised').map((rec) => rec.seq);
  expect(traps.length).toBeGreaterThan(2);
  const [one = 0, two = 0] = traps;
  expect((await source.markFrom(one, 1, ['trap']))?.seq).toBe(two);
  expect((await source.markFrom(two, -1, ['trap']))?.seq).toBe(one);
  expect(await source.markFrom(one, -1, ['trap'])).toBeUndefined();
});

test('records are clamped to what is there, and a time finds the last record before it', async () => {
  expect((await source.records(3, 5)).map((rec) => rec.seq)).toEqual([3, 4, 5]);
  expect(await source.records(1, 1e9)).toEqual(records);
  const { first, last } = await source.extent();
  expect(await source.seqOfTime(first.ms - 1)).toBe(first.seq);
  expect(await source.seqOfTime(last.ms)).toBe(last.seq);
});
