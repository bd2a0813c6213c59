/**
 * The time line around a held view: what comes after it, too. The newest state has it where it has not let go of those ticks;
 * in a longer run the state some way ahead of the view has.
 */
import type { ConsoleStore, ConsoleView } from './console-store.ts';
import { type Clock, systemClock } from './pacer.ts';
import type { Timeline } from './projections/timeline.ts';
import type { TimeSource } from './time-source.ts';

/** Ticks on both sides of the view that are to be there: more than half of the widest screen. */
const AROUND = 160;
/** Milliseconds that a view rests before more than itself is read: what is on its way to another place is not kept waiting. */
const REST_MS = 150;
/** How far ahead of the view the state is that is asked for. */
const AHEAD = 900;

const covers = ({ first, marks }: Timeline, tick: number, ticks: number): boolean =>
  marks.length > 0 && first <= Math.max(1, tick - AROUND) && first + marks.length - 1 >= Math.min(ticks, tick + AROUND);

/** What is known of the time line around the view; the view's own ends at it. */
export const timelineAround = ({ live, view, held, around }: ConsoleView): Timeline => {
  if (!held) return view.timeline;
  const fits = (line: Timeline | null): line is Timeline =>
    line !== null && covers(line, view.kernel.tick, live.kernel.tick);
  return fits(live.timeline) ? live.timeline : fits(around) ? around : view.timeline;
};

/** Asks for the surroundings whenever the view rests where they are not known. @returns how to stop that */
export const watchSurroundings = (
  console: ConsoleStore,
  source: () => Promise<TimeSource>,
  clock: Clock = systemClock,
): (() => void) => {
  let asking = false;
  let cancel: (() => void) | null = null;
  let resting = console.store.getState().view;
  const look = async (): Promise<void> => {
    const { view, live, held, travel } = console.store.getState();
    const { tick } = view.kernel;
    const known = timelineAround(console.store.getState());
    if (asking || !held || travel?.playing === true || covers(known, tick, live.kernel.tick)) return;
    asking = true;
    try {
      const from = await source();
      const seq = await from.seqOfTick(Math.min(live.kernel.tick, tick + AHEAD));
      if (seq !== undefined) console.surround((await from.stateAt(seq)).timeline);
    } catch {
      // The time line ends at the view then; what is wrong is said where the view itself is read.
    } finally {
      asking = false;
    }
  };
  const unsubscribe = console.store.subscribe(() => {
    const { view } = console.store.getState();
    if (view !== resting) {
      cancel?.();
      cancel = null;
      resting = view;
    }
    cancel ??= clock.after(REST_MS, () => {
      cancel = null;
      void look();
    });
  });
  return () => {
    cancel?.();
    unsubscribe();
  };
};
