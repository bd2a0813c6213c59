/** The runs screen as lines. */
import { pillSpan } from '../../components/header.ts';
import type { Look, Style } from '../../components/look.ts';
import { block, fit, fitRight, row, type Span, wrap } from '../../components/text.ts';
import { shortTime, windowAt } from '../../components/widgets.ts';
import type { Rec } from '../../store/record.ts';
import { sanitise } from '../../store/sanitise.ts';
import { hintLine } from '../hints.ts';
import { countRuns, filterRuns, pairText, type RunRow, type RunSort, sortRuns, stateWord } from './runs-model.ts';

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
  const body = shown.map((run, i) => runLine(look, columns, run, widths(columns, shown), from + i === at, view.now));
  if (body.length === 0) body.push(row(look, columns, [['dim', emptyText(view)]]));
  const current = list[at];
  return [
    countsLine(look, columns, view),
    filterLine(look, columns, view, list.length),
    row(look, columns, [['dim', heading(look, columns, shown)]]),
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
    [
      [view.typing ? 'bold' : 'dim', '/ '],
      view.filter,
      view.typing ? ['select', ' '] : '',
      ['dim', view.filter === '' && !view.typing ? 'no filter' : `  ${shown} of ${view.rows.length}`],
    ],
    [['dim', `sort: ${view.sort}`]],
  );

const emptyText = (view: RunsView): string => {
  if (view.problem !== '') return `! ${view.home} cannot be read: ${view.problem}`;
  if (!view.loaded) return 'reading …';
  return view.rows.length === 0 ? 'No run yet: turingos demo starts one.' : 'No run matches the filter; Esc clears it.';
};

const COLUMNS = { state: 8, id: 9 } as const;

/** A pair is wide enough for `tiny-early+tiny-early`: names that say that no capable model is at work stay whole. */
const PAIR_MAX = 24;

const widths = (columns: number, runs: readonly RunRow[]): { task: number; pair: number } => {
  const pair = Math.min(PAIR_MAX, Math.max(8, ...runs.map((run) => pairText(run).length)));
  return { pair, task: Math.max(8, Math.min(30, columns - pair - 50)) };
};

const heading = (look: Look, columns: number, runs: readonly RunRow[]): string => {
  const { task, pair } = widths(columns, runs);
  return `  ${fit(look, 'STATE', COLUMNS.state)}${fit(look, 'ID', COLUMNS.id)}${fit(look, 'TASK', task)} ${fit(look, 'PAIR', pair)} ${fitRight(look, 'TICK', 5)} ${fitRight(look, 'IDLE', 6)} WHY`;
};

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

const whyText = (run: RunRow): string => {
  if (run.state === 'gone') return 'kernel lost: verify';
  return run.reason === '' ? `${run.records} records` : run.reason;
};

const runLine = (
  look: Look,
  columns: number,
  run: RunRow,
  { task, pair }: { task: number; pair: number },
  selected: boolean,
  now: number,
): string => {
  const alarm = run.state === 'gone' || run.state === 'dead';
  return row(look, columns, [
    [selected ? 'select' : 'plain', selected ? '>' : ' '],
    alarm ? ['error', '!'] : ' ',
    [STYLES[run.state], fit(look, stateWord(run), COLUMNS.state)],
    ['bold', fit(look, run.id, COLUMNS.id)],
    fit(look, run.task, task),
    ' ',
    ['accent', fit(look, pairText(run), pair)],
    ' ',
    fitRight(look, String(run.tick), 5),
    ['dim', ` ${fitRight(look, shortTime(idleMs(run, now)), 6)} `],
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
      [['dim', line], ['bold', `${run.id} `], word === undefined ? ['bold', stateWord(run)] : pillSpan(word), ' '],
      [['dim', line]],
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
  const trap = view.tail.findLast((rec) => rec.kind === 'trap.raised');
  if (trap?.kind === 'trap.raised')
    lines.push(field('last trap', `t${trap.tick} ${trap.code} ${trap.evidence}`, 'error'));
  const words = view.tail.findLast((rec) => rec.kind === 'brain.replied');
  if (words?.kind === 'brain.replied' && typeof words.text === 'string') {
    for (const [i, part] of wrap(sanitise(words.text).replaceAll('\n', ' '), columns - 14)
      .slice(0, 2)
      .entries()) {
      lines.push(field(i === 0 ? 'last words' : '', part));
    }
  }
  if (run.state === 'gone') lines.push(field('way out', `turingos verify ${run.id} checks what was written`, 'warn'));
  const spans: Span[] = [
    ['dim', `enter ${run.state === 'running' || run.state === 'paused' ? 'watches it live' : 'shows how it ended'}`],
  ];
  lines.push(row(look, columns, spans));
  return lines;
};
