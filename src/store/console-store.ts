/** The live run as React sees it: folded as records arrive, told at most every 33 ms. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { emptyLive, foldLive, type LiveState } from './live-state.ts';
import { type Clock, createPacer, systemClock } from './pacer.ts';
import type { Travel } from './player.ts';
import type { Timeline } from './projections/timeline.ts';
import type { Rec } from './record.ts';

/** Milliseconds between two notifications of React. */
export const PACE_MS = 33;

export interface ConsoleView {
  /** The newest. */
  live: LiveState;
  /** What the panes draw: the newest, or a place that is held or played from. */
  view: LiveState;
  held: boolean;
  /** How a held view moves; null while it follows. */
  travel: Travel | null;
  /** The time line around a held view, as far as it was asked for. */
  around: Timeline | null;
  /** Opened to be replayed: no orders are given from here. */
  replay: boolean;
  /** The kernel's process has gone without ending the run. */
  gone: boolean;
  /** What was taken away, so that nobody can go on with a run that is gone: `The run's directory is gone`; null for nothing. */
  lost: string | null;
  kernelPid: number | null;
  /** Why the kernel writes nothing: it is stopped, or waits for room on its disk; null while it does not. */
  stalled: string | null;
  /** The kernel's process is stopped: it lives, and does not answer. */
  stopped: boolean;
  /** Milliseconds since the epoch, for times that run on between records; undefined where no clock is wanted. */
  now: number | undefined;
}

type Looked = Pick<ConsoleView, 'lost' | 'stalled' | 'stopped' | 'now'>;

export interface ConsoleStore {
  store: StoreApi<ConsoleView>;
  /** Folds records; the notification may come a little later. */
  feed(records: readonly Rec[]): void;
  /** What the newest state is, where it is not fed. */
  know(live: LiveState): void;
  /** Holds the view at a state, which may be replaced by another one; while it plays, the notification may come a little later. */
  show(view: LiveState, travel: Travel): void;
  follow(): void;
  surround(around: Timeline): void;
  setKernel(kernel: Pick<ConsoleView, 'gone'> & Partial<Looked> & { pid: number | null }): void;
  /** The newest state, notified or not. */
  latest(): LiveState;
  stop(): void;
}

export const createConsoleStore = (clock: Clock = systemClock, replay = false): ConsoleStore => {
  let latest = emptyLive;
  let shown: { view: LiveState; travel: Travel } | null = null;
  const store = createStore<ConsoleView>(() => ({
    live: emptyLive,
    view: emptyLive,
    held: false,
    travel: null,
    around: null,
    replay,
    gone: false,
    lost: null,
    kernelPid: null,
    stalled: null,
    stopped: false,
    now: undefined,
  }));
  const publish = (): void => {
    const { view = latest, travel = null } = shown ?? {};
    store.setState({ live: latest, view, travel, held: shown !== null });
  };
  const pacer = createPacer(publish, PACE_MS, clock);
  return {
    store,
    feed: (records) => {
      for (const rec of records) latest = foldLive(latest, rec);
      pacer.request();
    },
    know: (live) => {
      latest = live;
      pacer.request();
    },
    show: (view, travel) => {
      shown = { view, travel };
      pacer.request();
      // A place that was asked for is shown at once; only what plays comes faster than anybody looks.
      if (!travel.playing) pacer.flush();
    },
    follow: () => {
      shown = null;
      publish();
    },
    surround: (around) => store.setState({ around }),
    setKernel: ({ pid, gone, lost = null, stalled = null, stopped = false, now }) => {
      const old = store.getState();
      const next = { kernelPid: pid, gone, lost, stalled, stopped, now };
      // Only the first and last lines show these; nothing else is notified of a clock that goes on.
      if (Object.entries(next).some(([name, value]) => old[name as keyof typeof next] !== value)) store.setState(next);
    },
    latest: () => latest,
    stop: () => pacer.stop(),
  };
};

/** Ticks that the view lags behind; null while it follows. */
export const heldTicks = ({ held, live, view }: ConsoleView): number | null =>
  held ? Math.max(0, live.kernel.tick - view.kernel.tick) : null;
