import { expect, test } from 'vitest';
import { createConsoleStore, heldTicks, PACE_MS } from '../../src/store/console-store.ts';
import { eventfulRun } from './demo-run.ts';
import { handClock } from './hand-clock.ts';

const { records } = eventfulRun();

test('React is told at once, then at most once a pace, and never misses the last', () => {
  const { clock, move } = handClock();
  const console = createConsoleStore(clock);
  let told = 0;
  console.store.subscribe(() => {
    told += 1;
  });
  for (const record of records) console.feed([record]);
  expect(told).toBe(1);
  expect(console.latest().info.lastSeq).toBe(records.length);
  move(PACE_MS - 1);
  expect(told).toBe(1);
  move(1);
  expect(told).toBe(2);
  expect(console.store.getState().view.info.lastSeq).toBe(records.length);
  move(10 * PACE_MS);
  expect(told).toBe(2);
});

test('a held view stands still while the run goes on, and follows again', () => {
  const { clock, move } = handClock();
  const console = createConsoleStore(clock);
  console.feed(records.slice(0, 100));
  console.show(console.latest(), { playing: false, speed: 1, idle: true });
  move(PACE_MS);
  const held = console.store.getState().view;
  console.feed(records.slice(100));
  move(PACE_MS);
  expect(console.store.getState().view).toBe(held);
  expect(heldTicks(console.store.getState())).toBeGreaterThan(0);
  console.follow();
  expect(console.store.getState().view).toBe(console.latest());
  expect(heldTicks(console.store.getState())).toBeNull();
});

test('panes that a record does not touch keep their slice', () => {
  const console = createConsoleStore(handClock().clock);
  console.feed(records);
  const before = console.latest();
  const delta = records.findLast((record) => record.kind === 'stream.delta');
  if (delta !== undefined) console.feed([{ ...delta, seq: delta.seq + 1 }]);
  const after = console.latest();
  expect(after.streams).not.toBe(before.streams);
  for (const key of [
    'kernel',
    'traps',
    'thrash',
    'timeline',
    'denied',
    'panic',
    'votes',
    'handles',
    'ended',
  ] as const) {
    expect(after[key]).toBe(before[key]);
  }
});
