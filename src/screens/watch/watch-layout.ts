/** Some panes alone, one above the other. Pure. */
import type { PaneId } from '../../store/ui-store.ts';
import type { Placed } from '../live/layout.ts';

/** `thrash` are the gauges: route thrashing, its history, the panic budget. */
export const WATCHED = {
  ...{ thrash: 0, planner: 1, workers: 2, procs: 3, caps: 4, votes: 5, traps: 6, time: 7, stack: 8 },
} as const;

export type WatchName = keyof typeof WATCHED;

export const WATCH_NAMES = Object.keys(WATCHED) as readonly WatchName[];

/** What is 0 has no digit, and cannot have the focus. */
export type Watched = PaneId | 0;

/** As the screen knows them, in the order in which they were asked for; undefined where one is not known. */
export const watchedPanes = (names: readonly string[]): Watched[] | undefined => {
  const panes = names.map((name) => (Object.hasOwn(WATCHED, name) ? WATCHED[name as WatchName] : undefined));
  return panes.length === 0 || panes.includes(undefined) ? undefined : ([...new Set(panes)] as Watched[]);
};

const GAUGES = 3;
const TIMELINE = 4;
/** With less than this a list shows nothing but its title. */
const LIST_MIN = 3;

/** Which run it is, and how it stands, above the panes. */
const HEADER = 1;

export interface WatchLayout {
  header: boolean;
  gauges: { y: number; height: number } | null;
  panes: readonly Placed[];
}

/** A line of the run, where there is room for anything else. Gauges and the time line are as high as they need; the others share what is left, and the last ones go where it is too little. */
export const watchLayout = (columns: number, rows: number, watched: readonly Watched[]): WatchLayout => {
  const fixed = (pane: Watched): number => (pane === 0 ? GAUGES : pane === 7 ? TIMELINE : 0);
  const top = rows > HEADER ? HEADER : 0;
  let shown = watched;
  const needs = (panes: readonly Watched[]): number =>
    panes.reduce<number>((sum, pane) => sum + (fixed(pane) || LIST_MIN), 0);
  while (shown.length > 1 && needs(shown) > rows - top) shown = shown.slice(0, -1);
  const lists = shown.filter((pane) => fixed(pane) === 0).length;
  let left = Math.max(0, rows - top - shown.reduce<number>((sum, pane) => sum + fixed(pane), 0));
  let open = lists;
  let y = top;
  let gauges: WatchLayout['gauges'] = null;
  const panes: Placed[] = [];
  for (const pane of shown) {
    const height = Math.min(rows - y, fixed(pane) || Math.floor(left / Math.max(1, open)));
    if (fixed(pane) === 0) {
      left -= height;
      open -= 1;
    }
    if (pane === 0) gauges = { y, height };
    else panes.push({ pane, x: 0, y, width: columns, height });
    y += height;
  }
  return { header: top > 0, gauges, panes };
};
