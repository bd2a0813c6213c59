/** The runs screen as lines. */
import type { Look, Style } from '../../components/look.ts';
import { block, fit, fitRight, row, type Span, widthOf } from '../../components/text.ts';
import { windowAt } from '../../components/widgets.ts';
import { hintLine } from '../hints.ts';
import { previewLines } from './preview-lines.ts';
import {
  filterRuns,
  idWidth,
  isUnfenced,
  pairText,
  type RunRow,
  type RunState,
  sortRuns,
  stateWord,
  whyText,
} from './runs-model.ts';
import type { RunsView } from './runs-view.ts';
import { countsLine, filterLine, markedLine } from './top-lines.ts';

/** Lines that are no row of the list, but for the preview: counts, filter, heading, hints. */
const FIXED_ROWS = 4;

/** Rows of the preview, its rules included. */
const previewRows = (rows: number): number => (rows >= 36 ? 13 : rows >= 18 ? 9 : 0);

/** The rows of the list that a screen has room for, and the first of them. */
export const listWindow = (view: RunsView, rows: number): { from: number; room: number } => {
  const marks = view.marked.length > 0 ? 1 : 0;
  const room = Math.max(1, rows - FIXED_ROWS - previewRows(rows) - marks);
  return { room, from: windowAt(visibleRuns(view).length, room, cursorIndex(view)) };
};

export const visibleRuns = (view: Pick<RunsView, 'rows' | 'filter' | 'sort'>): RunRow[] =>
  sortRuns(filterRuns(view.rows, view.filter), view.sort);

export const cursorIndex = (view: RunsView): number =>
  Math.max(
    0,
    visibleRuns(view).findIndex((run) => run.id === view.cursor),
  );

export const runsLines = (look: Look, columns: number, rows: number, view: RunsView, readOnly: boolean): string[] => {
  const list = visibleRuns(view);
  const at = cursorIndex(view);
  const preview = previewRows(rows);
  const { from, room } = listWindow(view, rows);
  const shown = list.slice(from, from + room);
  const sizes = widths(columns, shown, view.rows, view.now);
  const body = shown.map((run, i) =>
    runLine(look, columns, run, sizes, { selected: from + i === at, marked: view.marked.includes(run.id) }, view.now),
  );
  if (body.length === 0) body.push(row(look, columns, [['dim', emptyText(view)]]));
  const current = list[at];
  return [
    countsLine(look, columns, view),
    filterLine(look, columns, view, list.length),
    row(look, columns, [['dim', heading(look, sizes)]]),
    ...block(body, columns, room),
    ...(preview === 0
      ? []
      : block(current === undefined ? [] : previewLines(look, columns, preview, current), columns, preview)),
    ...(view.marked.length === 0 ? [] : [markedLine(look, columns, view)]),
    hintLine(look, columns, view.tagging !== null ? 'tag' : view.typing ? 'filter' : 'runs', 0, readOnly),
  ].slice(0, rows);
};

const emptyText = (view: RunsView): string => {
  if (view.problem !== '') return `! ${view.home} cannot be read: ${view.problem}`;
  if (!view.loaded) return 'reading …';
  return view.rows.length === 0 ? 'No run yet: turingos demo starts one.' : 'No run matches the filter; Esc clears it.';
};

interface Widths {
  id: number;
  task: number;
  pair: number;
  tick: number;
  idle: number;
  /** Whether there is room for the panic budget and the loop traps. */
  tally: boolean;
  /** Columns of what it cost; 0 where there is no room. */
  cost: number;
}

const STATE = 8;
/** What is left for WHY before PAIR and TASK give way. */
const WHY = 19;
const PAIR = { least: 11, most: 15, wide: 32 } as const;

/** Each column is as wide as what is in it; TASK gives way first, names that say that no capable model is at work never. */
const widths = (columns: number, shown: readonly RunRow[], all: readonly RunRow[], now: number): Widths => {
  const widest = (least: number, texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, widthOf(text)), least);
  const id = columns >= 100 ? 8 : idWidth(all);
  const tally = columns >= 76;
  const cost = tally ? widest(2, shown.map(costText)) + 1 : 0;
  const tick = widest(
    4,
    shown.map((run) => String(run.tick)),
  );
  const idle = widest(
    4,
    shown.map((run) => idleText(idleMs(run, now))),
  );
  const fixed = 2 + STATE + id + 1 + 1 + 1 + tick + (tally ? 7 : 0) + 1 + idle + cost + 1;
  const pairs = (max: number): number =>
    widest(
      4,
      shown.map((run) => pairText(run, max)),
    );
  const task = widest(
    4,
    shown.map((run) => run.task),
  );
  const pairMax =
    columns >= 100 ? PAIR.wide : columns - fixed - Math.min(task, 8) - WHY >= PAIR.most ? PAIR.most : PAIR.least;
  const pair = pairs(pairMax);
  return { id, pair, tally, tick, idle, cost, task: Math.max(6, Math.min(task, columns - fixed - pair - WHY)) };
};

const heading = (look: Look, { id, task, pair, tick, tally, idle, cost }: Widths): string =>
  [
    `  ${fit(look, 'STATE', STATE)}${fit(look, 'ID', id)} ${fit(look, 'TASK', task)} ${fit(look, 'PAIR', pair)}`,
    ` ${fitRight(look, 'TICK', tick)}${tally ? ' PAN TH' : ''} ${fitRight(look, 'IDLE', idle)}`,
    `${cost === 0 ? '' : fitRight(look, '$', cost)} WHY`,
  ].join('');

const STYLES: Record<RunState, Style> = {
  waiting: 'warn',
  thrash: 'warn',
  gone: 'error',
  dead: 'error',
  failed: 'error',
  running: 'good',
  starting: 'good',
  paused: 'warn',
  limit: 'warn',
  interrupted: 'warn',
  killed: 'warn',
  passed: 'plain',
};

const idleMs = (run: RunRow, now: number): number => Math.max(0, now - Date.parse(run.lastAt ?? run.createdAt));

/** `40s`, `22m`, `5h02`, `3d`: four columns at most. */
const idleText = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return minutes === 0 ? `${Math.floor(ms / 1000)}s` : `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)}d`;
  return hours >= 10 ? `${hours}h` : `${hours}h${String(minutes % 60).padStart(2, '0')}`;
};

/** `1.90`, `-` without a price; '' where it is not known yet. */
const costText = ({ told }: RunRow): string =>
  told === undefined ? '' : told.cost === null ? '-' : told.cost.toFixed(2);

/** ` ##-  1`: panic resets left, loop traps; blank until they were counted. */
const tallySpans = (look: Look, told: RunRow['told']): Span[] => {
  if (told === undefined) return [' '.repeat(7)];
  const { panic, thrash } = told;
  const gauge =
    panic.total > 3
      ? `${panic.left}/${panic.total}`
      : // No block glyphs here: those of rows below one another would run into one.
        '#'.repeat(panic.left) + '-'.repeat(Math.max(1, panic.total) - panic.left);
  const style: Style = panic.left === 0 ? 'error' : panic.left < panic.total ? 'warn' : 'dim';
  return [
    [style, ` ${fit(look, gauge, 3)}`],
    [thrash > 0 ? 'warn' : 'dim', ` ${fitRight(look, String(thrash), 2)}`],
  ];
};

const runLine = (
  look: Look,
  columns: number,
  run: RunRow,
  { id, task, pair, tick, tally, idle, cost }: Widths,
  { selected, marked }: { selected: boolean; marked: boolean },
  now: number,
): string => {
  const alarm = run.state === 'gone' || run.state === 'dead' || run.state === 'waiting';
  return row(look, columns, [
    [selected ? 'select' : 'plain', selected ? '>' : ' '],
    marked ? ['accent', '*'] : alarm ? ['error', '!'] : ' ',
    [STYLES[run.state], fit(look, stateWord(run), STATE)],
    ['bold', run.id.slice(0, id).padEnd(id)],
    // The blank after the id is where a tagged run shows that it is one.
    ['accent', (run.tags ?? []).length > 0 ? '#' : ' '],
    fit(look, run.task, task),
    ['warn', isUnfenced(run) ? '!' : ' '],
    ['accent', fit(look, pairText(run, pair), pair)],
    ' ',
    fitRight(look, String(run.tick), tick),
    ...(tally ? tallySpans(look, run.told) : []),
    ['dim', ` ${fitRight(look, idleText(idleMs(run, now)), idle)}`],
    cost === 0 ? '' : fitRight(look, costText(run), cost),
    ' ',
    [run.told?.broken === true ? 'error' : 'plain', whyText(run)],
  ]);
};
