/** Where each pane of the live screen is, for any size. Pure. */
import type { PaneId, UiState } from '../../store/ui-store.ts';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Placed extends Rect {
  pane: PaneId;
}

export interface Layout {
  /** `large` from 100×36, `normal` from 80×24; `small` below, where the streams share a slot. */
  kind: 'large' | 'normal' | 'small' | 'none';
  header: number;
  /** Rows of the thrash line, its history (-1: left out) and the panic line. */
  thrash: number;
  history: number;
  panic: number;
  panes: readonly Placed[];
  status: number;
  hints: number;
}

/** Below this nothing sensible fits. */
const MIN_COLUMNS = 30;
const MIN_ROWS = 9;

/** @param travels the view is held somewhere in the run: the time line gets a row more, for the place and its tag */
export const layoutOf = (
  columns: number,
  rows: number,
  ui: Pick<UiState, 'focus' | 'zoom' | 'slot' | 'left' | 'stream'>,
  travels = false,
): Layout => {
  const kind =
    columns < MIN_COLUMNS || rows < MIN_ROWS
      ? 'none'
      : columns >= 100 && rows >= 36
        ? 'large'
        : columns >= 80 && rows >= 24
          ? 'normal'
          : 'small';
  const history = kind === 'small' || kind === 'none' ? -1 : 2;
  const panic = history === -1 ? 2 : 3;
  const frame = { kind, header: 0, thrash: 1, history, panic, status: rows - 2, hints: rows - 1 } as const;
  const top = panic + 1;
  const height = rows - 2 - top;
  if (kind === 'none') return { ...frame, panes: [] };
  if (ui.zoom) return { ...frame, panes: [{ pane: ui.focus, x: 0, y: top, width: columns, height }] };
  const panes =
    kind === 'large'
      ? large(columns, top, height, ui, travels)
      : kind === 'normal'
        ? normal(columns, top, height, ui, travels)
        : small(columns, top, height, ui);
  return { ...frame, panes };
};

const beside = (
  y: number,
  height: number,
  columns: number,
  leftWidth: number,
  left: PaneId,
  right: PaneId,
): Placed[] => [
  { pane: left, x: 0, y, width: leftWidth, height },
  { pane: right, x: leftWidth, y, width: columns - leftWidth, height },
];

/** Spare rows go to the streams, but for one in three. */
const large = (columns: number, top: number, height: number, ui: Pick<UiState, 'left'>, travels: boolean): Placed[] => {
  const spare = Math.max(0, height - 34);
  const list = 8 + Math.min(6, Math.floor(spare / 6));
  const timeline = travels ? 5 : 4;
  const streams = height - 2 * list - timeline;
  const narrow = Math.max(44, Math.floor(columns * 0.37));
  return [
    ...beside(top, streams, columns, Math.floor(columns / 2), 1, 2),
    ...beside(top + streams, list, columns, narrow, ui.left, 4),
    ...beside(top + streams + list, list, columns, narrow, 5, 6),
    { pane: 7, x: 0, y: top + streams + 2 * list, width: columns, height: timeline },
  ];
};

const normal = (
  columns: number,
  top: number,
  height: number,
  ui: Pick<UiState, 'slot'>,
  travels: boolean,
): Placed[] => {
  const timeline = travels ? 4 : 3;
  const spare = height - 18;
  const list = 7 + Math.floor(spare / 3);
  const streams = height - list - timeline;
  const half = Math.floor(columns / 2);
  return [
    ...beside(top, streams, columns, half, 1, 2),
    ...beside(top + streams, list, columns, half, lowerSlot(ui.slot), 6),
    { pane: 7, x: 0, y: top + streams + list, width: columns, height: timeline },
  ];
};

/** Of the panes that share the lower slot; 6 has its own where there is room. */
const lowerSlot = (slot: PaneId): PaneId => (slot === 3 || slot === 4 || slot === 5 || slot === 8 ? slot : 4);

const small = (columns: number, top: number, height: number, ui: Pick<UiState, 'slot' | 'stream'>): Placed[] => {
  const timeline = height >= 13 ? 3 : 0;
  const list = height >= 9 ? Math.floor((height - timeline) / 2) : 0;
  const streams = height - timeline - list;
  const panes: Placed[] = [{ pane: ui.stream, x: 0, y: top, width: columns, height: streams }];
  const slot = ui.slot === 6 ? 6 : lowerSlot(ui.slot);
  if (list > 0) panes.push({ pane: slot, x: 0, y: top + streams, width: columns, height: list });
  if (timeline > 0) panes.push({ pane: 7, x: 0, y: top + streams + list, width: columns, height: timeline });
  return panes;
};

/** The key of the pane at a place of the screen. */
export const paneAt = (
  { panes }: { panes: readonly (Rect & { pane: number })[] },
  x: number,
  y: number,
): string | undefined => {
  const placed = panes.find(
    (pane) => x >= pane.x && x < pane.x + pane.width && y >= pane.y && y < pane.y + pane.height,
  );
  return placed === undefined ? undefined : String(placed.pane);
};
