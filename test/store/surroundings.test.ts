import { expect, test, vi } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import { createConsoleStore } from '../../src/store/console-store.ts';
import { emptyLive, type LiveState } from '../../src/store/live-state.ts';
import { timelineAround, watchSurroundings } from '../../src/store/surroundings.ts';

const KEPT = 2048;
/** A run at a tick, with the ticks that a state keeps. */
const at = (tick: number): LiveState => ({
  ...emptyLive,
  kernel: { ...emptyLive.kernel, tick },
  timeline: {
    ...emptyLive.timeline,
    first: Math.max(1, tick - KEPT + 1),
    marks: ' '.repeat(Math.min(tick, KEPT)),
    levels: '0'.repeat(Math.min(tick, KEPT)),
  },
});

const watched = (ticks: number) => {
  const console = createConsoleStore();
  const stateAt = vi.fn(async (seq: number) => at(seq / 10));
  const source = {
    ...recordsSource({ format: '', name: '', records: [] }),
    stateAt,
    seqOfTick: async (t: number) => t * 10,
  };
  console.know(at(ticks));
  watchSurroundings(console, async () => source);
  const show = (tick: number, playing = false) => console.show(at(tick), { playing, speed: 1, idle: true });
  const shown = () => {
    const { first, marks } = timelineAround(console.store.getState());
    return [first, first + marks.length - 1];
  };
  return { console, show, shown, stateAt };
};

test('a run that the newest state still has whole needs nothing more', async () => {
  const { show, shown, stateAt } = watched(2000);
  show(700);
  await vi.waitFor(() => expect(shown()).toEqual([1, 2000]));
  expect(stateAt).not.toHaveBeenCalled();
});

test('in a longer one what comes after the view is asked for once, and again where the view has left it', async () => {
  const { show, shown, stateAt } = watched(100_000);
  show(50_000);
  await vi.waitFor(() => expect(shown()).toEqual([50_900 - KEPT + 1, 50_900]));
  show(50_300);
  show(50_301);
  await vi.waitFor(() => expect(shown()).toEqual([50_900 - KEPT + 1, 50_900]));
  expect(stateAt).toHaveBeenCalledTimes(1);
  show(3);
  await vi.waitFor(() => expect(shown()).toEqual([1, 903]));
  show(99_999);
  await vi.waitFor(() => expect(shown()).toEqual([100_000 - KEPT + 1, 100_000]));
  expect(stateAt).toHaveBeenCalledTimes(2);
});

test('while the view plays nothing is asked for', async () => {
  const { show, shown, stateAt } = watched(100_000);
  show(50_000, true);
  await vi.waitFor(() => expect(shown()[1]).toBe(50_000));
  expect(stateAt).not.toHaveBeenCalled();
});
