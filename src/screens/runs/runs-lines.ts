/** The runs screen as lines. */
import { filterOf } from '../../components/filter.ts';
import { pillSpan } from '../../components/header.ts';
import type { Look, Style } from '../../components/look.ts';
import { block, fit, fitRight, row, type Span, wrap } from '../../components/text.ts';
import { windowAt } from '../../components/widgets.ts';
import type { Rec } from '../../store/record.ts';
import { sanitise } from '../../store/sanitise.ts';
import { tagSummary } from '../../store/tags.ts';
import { hintLine } from '../hints.ts';
import { patternLine } from '../typed-line.ts';
import {
  countRuns,
  filterRuns,
  idWidth,
  pairText,
  type RunRow,
  type RunSort,
  sortRuns,
  stateWord,
} from './runs-model.ts';

export interface RunsView {
  rows: readonly RunRow[];
  /** Null until the list was first read. */
  loaded: boolean;
  /** Why the list could not be read; '' where it could. */
  problem: string;
  home: string;
  sort: RunSort;
  filter: string;
  typing: boolean;
  /** Id of the run under the cursor. */
  cursor: string | null;
  /** The end of its journal. */
  tail: readonly Rec[];
  now: number;
  /** What was said last; null for nothing. */
  message: { tone: 'info' | 'error'; text: string } | null;
}

/** Rows of the preview, its rule included. */
const PREVIEW = 8;

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
  const preview = rows >= 18 ? PREVIEW : 0;
  const room = Math.max(1, rows - 4 - preview);
  const from = windowAt(list.length, room, at);
  const shown = list.slice(from, from + room);
  const body = shown.map((run, i) =>
    runLine(look, columns, run, widths(columns, shown, view.rows), from + i === at, view.now),
  );
  if (body.length === 0) body.push(row(look, columns, [['dim', emptyText(view)]]));
  const current = list[at];
  return [
    countsLine(look, columns, view),
    filterLine(look, columns, view, list.length),
    row(look, columns, [['dim', heading(look, widths(columns, shown, view.rows))]]),
    ...block(body, columns, room),
    ...(preview === 0
      ? []
      : block(current === undefined ? [] : previewLines(look, columns, current, view), columns, preview)),
    hintLine(look, columns, view.typing ? 'filter' : 'runs', 0, readOnly),
  ].slice(0, rows);
};

const countsLine = (look: Look, columns: number, { rows }: RunsView): string => {
  const counts = countRuns(rows);
  const alarm = counts.gone + counts.dead;
  return row(
    look,
    columns,
    [
      ['bold', `RUNS ${counts.all}`],
      '  live ',
      ['good', String(counts.live)],
      `  paused ${counts.paused}  gone `,
      [counts.gone > 0 ? 'error' : 'plain', String(counts.gone)],
      '  dead ',
      [counts.dead > 0 ? 'error' : 'plain', String(counts.dead)],
      `  done ${counts.done}  other ${counts.other}`,
    ],
    alarm > 0 ? [['pill-error', ` ${alarm} ! `]] : [],
  );
};

const filterLine = (look: Look, columns: number, view: RunsView, shown: number): string =>
  row(
    look,
    columns,
    view.message !== null && !view.typing
      ? [view.message.tone === 'error' ? ['error', `! ${view.message.text}`] : view.message.text]
      : view.typing
        ? patternLine(look, columns - 20, '/ ', filterOf(view.filter), `${shown} of ${view.rows.length}`)
        : [['dim', view.filter === '' ? '/ no filter' : `/ ${view.filter}  ${shown} of ${view.rows.length}`]],
    [['dim', `sort: ${view.sort}`]],
  );

const emptyText = (view: RunsView): string => {
  if (view.problem !== '') return `! ${view.home} cannot be read: ${view.problem}`;
  if (!view.loaded) return 'reading …';
  return view.rows.length === 0 ? 'No run yet: turingos demo starts one.' : 'No run matches the filter; Esc clears it.';
};

interface Widths {
  id: number;
  task: number;
  pair: number;
  /** Whether there is room for the panic budget and the loop traps. */
  tally: boolean;
}

const STATE = 8;
const TICK = 4;
const IDLE = 5;
/** What is left for WHY before TASK gives way. */
const WHY = 20;

/** Each column is as wide as what is in it; TASK gives way first, names that say that no capable model is at work never. */
const widths = (columns: number, shown: readonly RunRow[], all: readonly RunRow[]): Widths => {
  const widest = (least: number, texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, text.length), least);
  const id = columns >= 100 ? 8 : idWidth(all);
  const tally = columns >= 76;
  const pairMax = columns >= 100 ? 32 : 15;
  const pair = widest(
    4,
    shown.map((run) => pairText(run, pairMax)),
  );
  const others = 2 + STATE + id + 1 + 1 + pair + 1 + TICK + (tally ? 7 : 0) + IDLE + 1;
  const task = widest(
    4,
    shown.map((run) => run.task),
  );
  return { id, pair, tally, task: Math.max(6, Math.min(task, columns - others - WHY)) };
};

const heading = (look: Look, { id, task, pair, tally }: Widths): string =>
  `  ${fit(look, 'STATE', STATE)}${fit(look, 'ID', id)} ${fit(look, 'TASK', task)} ${fit(look, 'PAIR', pair)} ${fitRight(look, 'TICK', TICK)}${tally ? ' PAN TH' : ''}${fitRight(look, 'IDLE', IDLE)} WHY`;

const STYLES: Record<RunRow['state'], Style> = {
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

/** ` ██-  1`: panic resets left, loop traps; blank where they were not counted. */
const tallySpans = (look: Look, tally: RunRow['tally']): Span[] => {
  if (tally === undefined) return [' '.repeat(7)];
  const { panic, thrash } = tally;
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

const whyText = (run: RunRow): string => {
  if (run.state === 'gone') return 'kernel lost: resume';
  return run.reason === '' ? `${run.records} records` : run.reason;
};

const runLine = (
  look: Look,
  columns: number,
  run: RunRow,
  { id, task, pair, tally }: Widths,
  selected: boolean,
  now: number,
): string => {
  const alarm = run.state === 'gone' || run.state === 'dead';
  return row(look, columns, [
    [selected ? 'select' : 'plain', selected ? '>' : ' '],
    alarm ? ['error', '!'] : ' ',
    [STYLES[run.state], fit(look, stateWord(run), STATE)],
    ['bold', run.id.slice(0, id).padEnd(id)],
    // The blank after the id is where a tagged run shows that it is one.
    ['accent', (run.tags ?? []).length > 0 ? '#' : ' '],
    fit(look, run.task, task),
    ' ',
    ['accent', fit(look, pairText(run, pair), pair)],
    ' ',
    fitRight(look, String(run.tick), TICK),
    ...(tally ? tallySpans(look, run.tally) : []),
    ['dim', `${fitRight(look, idleText(idleMs(run, now)), IDLE)} `],
    whyText(run),
  ]);
};

const WORD: Partial<Record<RunRow['state'], Parameters<typeof pillSpan>[0]>> = {
  gone: 'GONE',
  dead: 'DEAD',
  passed: 'DONE',
  failed: 'FAILED',
};

const previewLines = (look: Look, columns: number, run: RunRow, view: RunsView): string[] => {
  const field = (name: string, value: string, style: Style = 'plain'): string =>
    row(look, columns, [
      ['dim', fit(look, name, 14)],
      [style, value],
    ]);
  const word = WORD[run.state];
  const line = look.glyphs.rule;
  const lines = [
    row(
      look,
      columns,
      [['rule', line], ['bold', `${run.id} `], word === undefined ? ['bold', stateWord(run)] : pillSpan(word), ' '],
      [['rule', line]],
      line,
    ),
    field(
      'pair',
      `${pairText(run)}${run.simulated ? '   SIM: no model is at work' : ''}   profile ${run.profile}   seed ${run.seed}`,
    ),
    field(
      'journal',
      `${run.records} records, tick ${run.tick}${run.pid === null ? '' : `, kernel ${run.pid}`}; begun ${run.createdAt.slice(0, 19).replace('T', ' ')}`,
    ),
  ];
  if (run.reason !== '') lines.push(field('ended', run.reason));
  const tags = tagSummary(run.tags ?? []);
  if (tags !== '') lines.push(field('tags', tags, 'accent'));
  const trap = view.tail.findLast((rec) => rec.kind === 'trap.raised');
  if (trap?.kind === 'trap.raised')
    lines.push(field('last trap', `t${trap.tick} ${trap.code} ${trap.evidence}`, 'error'));
  const words = view.tail.findLast((rec) => rec.kind === 'brain.replied');
  if (words?.kind === 'brain.replied' && typeof words.text === 'string') {
    for (const [i, part] of wrap(sanitise(words.text).replaceAll('\n', ' '), columns - 14)
      // The line of tags takes the place of the second one.
      .slice(0, tags === '' ? 2 : 1)
      .entries()) {
      lines.push(field(i === 0 ? 'last words' : '', part));
    }
  }
  if (run.state === 'gone')
    lines.push(field('way out', `turingos resume ${run.id} goes on with it; what was written is kept`, 'warn'));
  const spans: Span[] = [
    ['dim', `enter ${run.state === 'running' || run.state === 'paused' ? 'watches it live' : 'shows how it ended'}`],
  ];
  lines.push(row(look, columns, spans));
  return lines;
};
