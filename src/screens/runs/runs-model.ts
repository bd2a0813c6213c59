/** The runs list as data: order by attention, filter, columns. Pure. */
import { filterOf } from '../../components/filter.ts';
import { isWhole, shortName, wasText } from '../../components/header.ts';
import { attention } from '../../store/attention.ts';
import type { RunInfo } from '../../store/projections/run-info.ts';
import { type Tag, tagText } from '../../store/tags.ts';

/** `thrash` and `waiting` are `running` that needs somebody. */
export type RunState =
  | ('starting' | 'running' | 'thrash' | 'waiting' | 'paused' | 'gone')
  | NonNullable<RunInfo['outcome']>;

/** One run as the list shows it; the application reads it from disk. */
export interface RunRow {
  id: string;
  state: RunState;
  task: string;
  planner: string;
  worker: string;
  /** Names of brains that sat in a seat before and do in none now. */
  was?: readonly string[];
  simulated: boolean;
  /** What its commands run in; null where it starts no programs. */
  sandbox: 'auto' | 'none' | null;
  profile: string;
  seed: number;
  createdAt: string;
  tick: number;
  records: number;
  reason: string;
  /** It paused without anybody's order. */
  byItself?: true;
  lastAt: string | null;
  pid: number | null;
  /** What its journal tells; left out until it was read. */
  told?: Told;
  tags?: readonly Tag[];
  /** Bytes on the disk; left out until they were counted. */
  bytes?: number;
}

/** What a run's journal tells of it. */
export interface Told {
  panic: { left: number; total: number };
  /** Loop traps. */
  thrash: number;
  /** Dollars; null where no brain has a price. */
  cost: number | null;
  /** What it is at, in a few words. */
  now: string;
  /** For the preview: name and text. */
  fields: readonly { name: string; text: string }[];
  /** Verbs that may come next, behind `turingos`. */
  next: readonly { verb: string; why: string }[];
  /** The journal cannot be read to its end. */
  broken: boolean;
}

export const RUN_SORTS = ['attention', 'newest', 'idle', 'ticks', 'thrash', 'cost', 'disk', 'task'] as const;
export type RunSort = (typeof RUN_SORTS)[number];

const WORDS: Record<RunState, string> = {
  gone: 'GONE',
  dead: 'DEAD',
  waiting: 'WAITING',
  thrash: 'THRASH',
  paused: 'PAUSED',
  starting: 'START',
  running: 'LIVE',
  failed: 'FAILED',
  limit: 'LIMIT',
  interrupted: 'INTR',
  killed: 'KILLED',
  passed: 'DONE',
};

export const stateWord = (row: Pick<RunRow, 'state'>): string => WORDS[row.state];

/** Its commands run without a sandbox, by the operator's choice. */
export const isUnfenced = ({ sandbox }: Pick<RunRow, 'sandbox'>): boolean => sandbox === 'none';

/** A kernel is at work on it. */
export const isAtWork = ({ state }: Pick<RunRow, 'state'>): boolean =>
  ['starting', 'running', 'thrash', 'waiting', 'paused'].includes(state);

/** `tiny+tiny-early`, `SIM x2`, `tiny x2 <SIM` after a swap. Longer than `max`, names give way, but not those that say that no capable model is at work. */
export const pairText = (run: Pick<RunRow, 'planner' | 'worker' | 'was'>, max = Number.POSITIVE_INFINITY): string => {
  const seated = seatedText(run, max);
  const all = wasText(run, true);
  return seated + (seated.length + all.length <= max ? all : wasText(run, false));
};

const seatedText = ({ planner, worker }: Pick<RunRow, 'planner' | 'worker'>, max: number): string => {
  if (planner === worker) return `${shortName(planner, max - 3)} x2`;
  const rooms = isWhole(planner)
    ? [planner.length, max - 1 - planner.length]
    : isWhole(worker)
      ? [max - 1 - worker.length, worker.length]
      : [Math.ceil((max - 1) / 2), Math.floor((max - 1) / 2)];
  if (planner.length + 1 + worker.length <= max) return `${planner}+${worker}`;
  return `${shortName(planner, rooms[0] ?? 0)}+${shortName(worker, rooms[1] ?? 0)}`;
};

/** Why a run stands where it stands, in the last column. */
export const whyText = (run: RunRow): string => {
  if (run.told?.broken === true) return 'journal broken: verify';
  if (run.reason === 'panic_budget_exhausted') return 'panic budget spent';
  if (run.reason !== '') return run.reason;
  if (run.state === 'gone') return 'kernel lost: resume';
  return run.told === undefined || run.told.now === '' ? `${run.records} records` : run.told.now;
};

/** The shortest length, from 4 up, at which no two ids begin alike. */
export const idWidth = (rows: readonly RunRow[]): number => {
  for (let width = 4; width < 8; width += 1) {
    if (new Set(rows.map(({ id }) => id.slice(0, width))).size === rows.length) return width;
  }
  return 8;
};

/** What a filter looks at. */
const searchText = (row: RunRow): string =>
  [
    ...[stateWord(row), row.id, row.task, pairText(row), row.profile, row.reason, whyText(row)],
    ...(isUnfenced(row) ? ['no sandbox'] : []),
    ...(row.tags ?? []).map(tagText),
  ].join(' ');

export const filterRuns = (rows: readonly RunRow[], filter: string): RunRow[] =>
  rows.filter((row) => filterOf(filter).test(searchText(row)));

type Order = (a: RunRow, b: RunRow) => number;

const newest: Order = (a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0);
const most =
  (value: (row: RunRow) => number): Order =>
  (a, b) =>
    value(b) - value(a);

const ORDERS: Record<RunSort, Order> = {
  attention: (a, b) => attention(a.state, a.byItself) - attention(b.state, b.byItself),
  newest,
  // The one that moved last first.
  idle: most((row) => Date.parse(row.lastAt ?? row.createdAt)),
  ticks: most((row) => row.tick),
  thrash: most((row) => row.told?.thrash ?? -1),
  cost: most((row) => row.told?.cost ?? -1),
  disk: most((row) => row.bytes ?? -1),
  task: (a, b) => (a.task < b.task ? -1 : a.task > b.task ? 1 : 0),
};

/** The newest first among those that are equal. */
export const sortRuns = (rows: readonly RunRow[], sort: RunSort): RunRow[] =>
  rows.toSorted((a, b) => ORDERS[sort](a, b) || newest(a, b));

/** `RUNS 12  live 2  waiting 0 …` as numbers. */
export const countRuns = (rows: readonly RunRow[]) => {
  const count = (...states: RunState[]): number => rows.filter((row) => states.includes(row.state)).length;
  const counts = {
    live: count('running', 'starting', 'thrash'),
    waiting: count('waiting'),
    paused: count('paused'),
    gone: count('gone'),
    dead: count('dead'),
    done: count('passed'),
  };
  const told = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return { all: rows.length, ...counts, other: rows.length - told };
};

/** Runs that came to a stand after a moment. @param since ISO 8601 */
export const countNews = (rows: readonly RunRow[], since: string): number =>
  rows.filter((row) => !isAtWork(row) && (row.lastAt ?? row.createdAt) > since).length;

/** Bytes of all runs, and whether some are not counted yet. */
export const diskOf = (rows: readonly RunRow[]): { bytes: number; more: boolean } => ({
  bytes: rows.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
  more: rows.some(({ bytes }) => bytes === undefined),
});
