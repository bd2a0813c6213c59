/** Scrolling, selecting and focusing on the live screen: changes of what is shown, never of the run. */
import { CAP_SORTS, capEntries } from '../../components/caps-pane.ts';
import { procEntries } from '../../components/processes-pane.ts';
import { visibleTraps } from '../../components/traps-pane.ts';
import { voteEntries } from '../../components/votes-pane.ts';
import type { LiveState } from '../../store/live-state.ts';
import type { PaneId, UiState } from '../../store/ui-store.ts';

export const focusPane = (ui: UiState, pane: PaneId): Partial<UiState> => ({
  focus: pane,
  ...(pane === 1 || pane === 2 ? { stream: pane } : {}),
  ...(pane === 3 || pane === 8 ? { left: pane } : {}),
  ...(pane >= 3 && pane !== 7 ? { slot: pane } : {}),
  ...(ui.focus === pane ? {} : { message: null }),
});

/** Streams and the time line are scrolled from their end, so up means further back. */
const fromEnd = (pane: PaneId): boolean => pane === 1 || pane === 2 || pane === 7;

export type Motion = 'up' | 'down' | 'half-up' | 'half-down' | 'page-up' | 'page-down' | 'home' | 'end';

/** Rows that a motion moves by, downwards. @param room rows of the pane */
const stepOf = (motion: Motion, room: number): number => {
  const size = motion.startsWith('page') ? room : motion.startsWith('half') ? Math.ceil(room / 2) : 1;
  if (motion === 'home' || motion === 'end') return motion === 'home' ? -1_000_000 : 1_000_000;
  return motion.endsWith('down') ? size : -size;
};

/** Keys of the rows that a list's cursor can stand on, in its order; undefined for a pane that has none. */
const keysIn = (ui: UiState, view: LiveState): string[] | undefined => {
  const filter = ui.filter[ui.focus] ?? '';
  if (ui.focus === 3) return procEntries(view, filter).map(({ key }) => key);
  if (ui.focus === 4) return capEntries(view, CAP_SORTS[ui.capSort] ?? 'id', filter).map(({ key }) => key);
  if (ui.focus === 5) return voteEntries(view, filter).map(({ key }) => key);
  return undefined;
};

/** @param room rows of the focused pane */
export const scrollPane = (ui: UiState, view: LiveState, motion: Motion, room: number): Partial<UiState> => {
  const step = stepOf(motion, room);
  if (ui.focus === 6) return selectTrap(ui, view, step, false);
  const keys = keysIn(ui, view);
  if (keys !== undefined) return moveCursor(ui, keys, step, false);
  const old = ui.scroll[ui.focus] ?? 0;
  const next = Math.max(0, Math.min(maxScroll(ui, view), old + (fromEnd(ui.focus) ? -step : step)));
  return { scroll: { ...ui.scroll, [ui.focus]: next } };
};

/** The next row of a filtered list, round and round. */
export const nextMatch = (ui: UiState, view: LiveState, direction: 1 | -1): Partial<UiState> => {
  if (ui.focus === 6) return selectTrap(ui, view, direction, true);
  const keys = keysIn(ui, view);
  return keys === undefined ? {} : moveCursor(ui, keys, direction, true);
};

/** Where a cursor is after a step; the first step puts it on the first row. */
const stepped = (at: number, count: number, step: number, around: boolean): number => {
  if (at === -1) return step > 1000 || (around && step < 0) ? count - 1 : 0;
  return around ? (at + step + count) % count : Math.max(0, Math.min(count - 1, at + step));
};

const moveCursor = (ui: UiState, keys: readonly string[], step: number, around: boolean): Partial<UiState> => {
  const next = keys[stepped(keys.indexOf(ui.cursor[ui.focus] ?? ''), keys.length, step, around)];
  return next === undefined ? {} : { cursor: { ...ui.cursor, [ui.focus]: next } };
};

/** Generous bounds: panes clamp to what they have, but a key pressed for long must not have to be undone for as long. */
const maxScroll = (ui: UiState, view: LiveState): number =>
  ui.focus === 7 ? Math.max(0, view.timeline.marks.length - 1) : fromEnd(ui.focus) ? 2000 : 64;

const selectTrap = (ui: UiState, view: LiveState, step: number, around: boolean): Partial<UiState> => {
  const rows = visibleTraps(view.traps, ui.filter[6] ?? '');
  const at = rows.findIndex((trap) => trap.seq === ui.trap);
  const next = rows[stepped(at, rows.length, step, around)];
  return next === undefined ? {} : { trap: next.seq };
};
