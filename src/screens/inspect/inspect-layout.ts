/** Where each pane of the inspector is, for any size. Pure. */

/** 0 the ticks, 1 frame, 2 reply, 3 decision, 4 state, 5 diff, 6 what followed, 7 the time line. */
export type InspectPane = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
export type FocusPane = Exclude<InspectPane, 7>;

export interface PlacedPane {
  pane: InspectPane;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface InspectLayout {
  /** `large`: all panes; `normal`: the ticks, and the others behind tabs; `small`: tabs only; `none`: too small. */
  kind: 'large' | 'normal' | 'small' | 'none';
  panes: readonly PlacedPane[];
  /** The line of tabs; null where all panes are there. */
  tabs: { x: number; y: number; width: number } | null;
  status: number;
  hints: number;
}

const TOP = 2;
const BOTTOM = 2;
const MIN_COLUMNS = 30;
const MIN_ROWS = 9;

export const inspectLayout = (
  columns: number,
  rows: number,
  { focus, tab, zoom }: { focus: FocusPane; tab: FocusPane; zoom: boolean },
): InspectLayout => {
  const height = rows - TOP - BOTTOM;
  const kind =
    columns < MIN_COLUMNS || rows < MIN_ROWS
      ? 'none'
      : columns >= 100 && rows >= 34
        ? 'large'
        : columns >= 72 && rows >= 20
          ? 'normal'
          : 'small';
  const place = { kind, status: rows - 2, hints: rows - 1 } as const;
  if (kind === 'none') return { ...place, panes: [], tabs: null };
  if (zoom) return { ...place, panes: [{ pane: focus, x: 0, y: TOP, width: columns, height }], tabs: null };
  if (kind === 'large') return { ...place, panes: large(columns, height), tabs: null };
  if (kind === 'small') {
    const panes: PlacedPane[] = [{ pane: focus, x: 0, y: TOP + 1, width: columns, height: height - 1 }];
    return { ...place, panes, tabs: { x: 0, y: TOP, width: columns } };
  }
  return { ...place, ...normal(columns, height, tab) };
};

const row = (y: number, height: number, widths: readonly (readonly [InspectPane, number])[]): PlacedPane[] => {
  let x = 0;
  return widths.map(([pane, width]) => {
    x += width;
    return { pane, x: x - width, y, width, height };
  });
};

/** Spare rows go to frame and reply, but for one in three. */
const large = (columns: number, height: number): PlacedPane[] => {
  const timeline = 4;
  const spare = Math.max(0, height - timeline - 30);
  const decision = 8 + Math.floor(spare / 6);
  const diff = 6 + Math.floor(spare / 6);
  const top = height - timeline - decision - diff;
  const ticks = Math.min(34, Math.max(27, Math.floor(columns * 0.22)));
  const frame = Math.floor((columns - ticks) * 0.53);
  const half = Math.floor(columns / 2);
  return [
    ...row(TOP, top, [
      [0, ticks],
      [1, frame],
      [2, columns - ticks - frame],
    ]),
    ...row(TOP + top, decision, [
      [3, half],
      [4, columns - half],
    ]),
    ...row(TOP + top + decision, diff, [
      [5, half],
      [6, columns - half],
    ]),
    { pane: 7, x: 0, y: TOP + top + decision + diff, width: columns, height: timeline },
  ];
};

const TICKS = 24;

/** The first tab is the tick at a glance: frame, reply and decision below one another. */
const normal = (columns: number, height: number, tab: FocusPane): Pick<InspectLayout, 'panes' | 'tabs'> => {
  const timeline = 3;
  const room = height - timeline;
  const x = TICKS;
  const width = columns - TICKS;
  const y = TOP + 1;
  const panes: PlacedPane[] = [
    { pane: 0, x: 0, y: TOP, width: TICKS, height: room },
    { pane: 7, x: 0, y: TOP + room, width: columns, height: timeline },
  ];
  if (tab > 1) panes.push({ pane: tab, x, y, width, height: room - 1 });
  else {
    const decision = Math.max(4, Math.floor(room * 0.24));
    const reply = Math.max(5, Math.floor(room * 0.32));
    const frame = room - 1 - decision - reply;
    panes.push(
      { pane: 1, x, y, width, height: frame },
      { pane: 2, x, y: y + frame, width, height: reply },
      { pane: 3, x, y: y + frame + reply, width, height: decision },
    );
  }
  return { panes, tabs: { x, y: TOP, width } };
};
