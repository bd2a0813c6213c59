/** Scrolling, selecting and focusing on the live screen: changes of what is shown, never of the run. */
import { visibleTraps } from '../../components/traps-pane.ts';
import type { LiveState } from '../../store/live-state.ts';
import type { PaneId, UiState } from '../../store/ui-store.ts';

const PAGE = 8;

export const focusPane = (ui: UiState, pane: PaneId): Partial<UiState> => ({
  focus: pane,
  ...(pane === 1 || pane === 2 ? { stream: pane } : {}),
  ...(pane === 3 || pane === 8 ? { left: pane } : {}),
  ...(pane >= 3 && pane !== 7 ? { slot: pane } : {}),
  ...(ui.focus === pane ? {} : { message: null }),
});

/** Streams and the time line are scrolled from their end, so up means further back. */
const fromEnd = (pane: PaneId): boolean => pane === 1 || pane === 2 || pane === 7;

export type Motion = 'up' | 'down' | 'page-up' | 'page-down' | 'home' | 'end';

export const scrollPane = (ui: UiState, view: LiveState, motion: Motion): Partial<UiState> => {
  if (ui.focus === 6) return selectTrap(ui, view, motion);
  const size = motion.startsWith('page') ? PAGE : 1;
  const towardsEnd = motion.endsWith('down') || motion === 'end';
  const old = ui.scroll[ui.focus] ?? 0;
  const step = motion === 'home' || motion === 'end' ? 10_000 : size;
  const next = Math.max(0, Math.min(maxScroll(ui, view), old + (towardsEnd === fromEnd(ui.focus) ? -step : step)));
  return { scroll: { ...ui.scroll, [ui.focus]: next } };
};

/** Generous bounds: panes clamp to what they have, but a key pressed for long must not have to be undone for as long. */
const maxScroll = (ui: UiState, view: LiveState): number => {
  if (ui.focus === 7) return Math.max(0, view.timeline.marks.length - 1);
  if (fromEnd(ui.focus)) return 2000;
  const shapes = Object.keys(view.denied.shapes).length;
  return Object.keys(view.kernel.procs).length + view.ended.length + Object.keys(view.handles).length + shapes + 32;
};

const selectTrap = (ui: UiState, view: LiveState, motion: Motion): Partial<UiState> => {
  const rows = visibleTraps(view.traps, ui.filter[6] ?? '');
  const at = rows.findIndex((trap) => trap.seq === ui.trap);
  const step = { up: -1, down: 1, 'page-up': -PAGE, 'page-down': PAGE, home: -rows.length, end: rows.length }[motion];
  const next = rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + step))];
  return next === undefined ? {} : { trap: next.seq };
};
