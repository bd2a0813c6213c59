/** Reads what the inspector shows, one tick at a time: whoever types faster than ticks are read skips those in between. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type TickRow, tickRows } from '../../store/tick-rows.ts';
import { type TickView, tickView } from '../../store/tick-view.ts';
import type { TimeSource } from '../../store/time-source.ts';
import { type Found, findTicks } from './tick-finder.ts';

export interface Loaded {
  /** The tick that was read last; null before the first. */
  view: TickView | null;
  rows: ReadonlyMap<number, TickRow>;
  /** The newest tick there is, 0 before it is known. */
  last: number;
  /** Why the wanted tick is not shown; '' where it is. */
  problem: string;
  /** The ticks that the filter lets through, as far as they were looked for; null without a filter. */
  found: Found | null;
}

export interface TickLoader {
  store: StoreApi<Loaded>;
  /** Reads a tick, and the rows around it that are not there yet. */
  want(tick: number, window: { from: number; to: number }): void;
  /** Looks for the ticks that a filter lets through, from one outwards; '' for all of them again. */
  find(filter: string, tick: number): void;
  /** Reads the tick again where records have come since, and it may have changed by them. */
  poll(): Promise<void>;
  stop(): void;
}

/** Rows read beyond the window, so that the next steps find them. */
const MARGIN = 12;
const ROWS_KEPT = 4096;

export const createTickLoader = (source: TimeSource): TickLoader => {
  const store = createStore<Loaded>(() => ({ view: null, rows: new Map(), last: 0, problem: '', found: null }));
  let wanted = { tick: 0, from: 0, to: 0 };
  let dirty = false;
  let busy = false;
  let stopped = false;
  /** Number of the search whose finds count. */
  let search = 0;

  const readRows = async (newest: number): Promise<void> => {
    const { rows } = store.getState();
    const to = Math.min(wanted.to, newest);
    const lacks = (tick: number): boolean => {
      const row = rows.get(tick);
      return row === undefined || (row.tone === 'open' && source.growing);
    };
    let first = Math.max(1, wanted.from);
    while (first <= to && !lacks(first)) first += 1;
    let last = to;
    while (last > first && !lacks(last)) last -= 1;
    if (first > last) return;
    const found = await tickRows(source, first - (first > MARGIN ? MARGIN : 0), Math.min(newest, last + MARGIN));
    if (stopped) return;
    const next = new Map(rows.size > ROWS_KEPT ? [] : rows);
    for (const row of found) next.set(row.tick, row);
    store.setState({ rows: next });
  };

  const read = async (): Promise<void> => {
    const { tick } = wanted;
    const view = await tickView(source, tick);
    if (stopped) return;
    if (view === undefined) {
      const { last } = await source.extent();
      const why = tick < last.tick ? 'the run begins after it' : `the last is t${last.tick}`;
      const problem = last.tick === 0 ? 'This run has no tick yet.' : `There is no tick ${tick}: ${why}.`;
      store.setState({ problem, last: last.tick });
    } else {
      store.setState({ view, last: view.of.tick, problem: '' });
      await readRows(view.of.tick);
    }
  };

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (dirty && !stopped) {
      dirty = false;
      try {
        await read();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!stopped) store.setState({ problem: `t${wanted.tick} cannot be read: ${why}` });
      }
    }
    busy = false;
  };

  return {
    store,
    want: (tick, { from, to }) => {
      if (wanted.tick === tick && wanted.from === from && wanted.to === to) return;
      wanted = { tick, from, to };
      dirty = true;
      void work();
    },
    find: (filter, tick) => {
      search += 1;
      const mine = search;
      store.setState({ found: null });
      if (filter.trim() === '') return;
      const tell = (found: Found): void => {
        const rows = new Map(store.getState().rows);
        for (const row of found.rows) rows.set(row.tick, row);
        store.setState({ found, rows });
      };
      findTicks(source, filter, Math.max(1, tick), tell, () => stopped || mine !== search).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        if (!stopped && mine === search) store.setState({ problem: `The ticks cannot be read: ${why}` });
      });
    },
    poll: async () => {
      const { view } = store.getState();
      if (!source.growing || busy || wanted.tick === 0) return;
      const { last } = await source.extent().catch(() => ({ last: { seq: view?.of.seq ?? 0 } }));
      if (last.seq === (view?.of.seq ?? 0)) return;
      dirty = true;
      await work();
    },
    stop: () => {
      stopped = true;
    },
  };
};
