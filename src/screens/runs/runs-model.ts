/** The runs list as data: order by attention, filter, columns. Pure. */

import { filterOf } from '../../components/filter.ts';
import { isWhole, shortName } from '../../components/header.ts';
import { isLoopTrap } from '../../store/projections/thrash.ts';
import type { Rec } from '../../store/record.ts';
import { type Tag, tagText } from '../../store/tags.ts';

/** One run as the list shows it; the application reads it from disk. */
export interface RunRow {
  id: string;
  state: 'starting' | 'running' | 'paused' | 'gone' | 'passed' | 'failed' | 'dead' | 'limit' | 'interrupted' | 'killed';
  task: string;
  planner: string;
  worker: string;
  simulated: boolean;
  profile: string;
  seed: number;
  createdAt: string;
  tick: number;
  records: number;
  reason: string;
  lastAt: string | null;
  pid: number | null;
  /** Panic resets left and loop traps so far; left out where they cannot be counted in no time. */
  tally?: Tally;
  tags?: readonly Tag[];
}

export interface Tally {
  panic: { left: number; total: number };
  thrash: number;
}

export type RunSort = 'attention' | 'newest';

/** What needs somebody first; what is over and well last. */
const ATTENTION: readonly RunRow['state'][] = [
  'dead',
  'gone',
  'starting',
  'running',
  'paused',
  'failed',
  'limit',
  'interrupted',
  'killed',
  'passed',
];

const WORDS: Record<RunRow['state'], string> = {
  gone: 'GONE',
  dead: 'DEAD',
  paused: 'PAUSED',
  starting: 'START',
  running: 'LIVE',
  failed: 'FAILED',
  limit: 'LIMIT',
  interrupted: 'INTR',
  killed: 'KILLED',
  passed: 'DONE',
};

export const stateWord = (row: RunRow): string => WORDS[row.state];

/** `tiny+tiny-early`, `SIM x2`. Longer than `max`, names give way, but not those that say that no capable model is at work. */
export const pairText = ({ planner, worker }: RunRow, max = Number.POSITIVE_INFINITY): string => {
  if (planner === worker) return `${shortName(planner, max - 3)} x2`;
  const rooms = isWhole(planner)
    ? [planner.length, max - 1 - planner.length]
    : isWhole(worker)
      ? [max - 1 - worker.length, worker.length]
      : [Math.ceil((max - 1) / 2), Math.floor((max - 1) / 2)];
  if (planner.length + 1 + worker.length <= max) return `${planner}+${worker}`;
  return `${shortName(planner, rooms[0] ?? 0)}+${shortName(worker, rooms[1] ?? 0)}`;
};

/** The kinds of record that a tally is made of. */
export const TALLIED = ['panic.spent', 'panic.granted', 'trap.raised'] as const satisfies readonly Rec['kind'][];

/** @param records of a whole run; those of other kinds than `TALLIED` may be left out */
export const tallyOf = (records: readonly Rec[], budget: number): Tally => {
  const moved = records.findLast((rec) => rec.kind === 'panic.spent' || rec.kind === 'panic.granted');
  const granted = records.reduce((sum, rec) => sum + (rec.kind === 'panic.granted' ? rec.units : 0), 0);
  return {
    panic: { left: moved !== undefined && 'left' in moved ? moved.left : budget, total: budget + granted },
    thrash: records.filter((rec) => rec.kind === 'trap.raised' && isLoopTrap(rec.code)).length,
  };
};

/** The shortest length, from 4 up, at which no two ids begin alike. */
export const idWidth = (rows: readonly RunRow[]): number => {
  for (let width = 4; width < 8; width += 1) {
    if (new Set(rows.map(({ id }) => id.slice(0, width))).size === rows.length) return width;
  }
  return 8;
};

const searchText = (row: RunRow): string =>
  [stateWord(row), row.id, row.task, pairText(row), row.reason, ...(row.tags ?? []).map(tagText)].join(' ');

export const filterRuns = (rows: readonly RunRow[], filter: string): RunRow[] =>
  rows.filter((row) => filterOf(filter).test(searchText(row)));

export const sortRuns = (rows: readonly RunRow[], sort: RunSort): RunRow[] => {
  const newest = (a: RunRow, b: RunRow): number => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0);
  if (sort === 'newest') return rows.toSorted(newest);
  return rows.toSorted((a, b) => ATTENTION.indexOf(a.state) - ATTENTION.indexOf(b.state) || newest(a, b));
};

/** `RUNS 12  live 2  dead 1  done 8  other 1` as numbers. */
export const countRuns = (rows: readonly RunRow[]) => {
  const count = (...states: RunRow['state'][]): number => rows.filter((row) => states.includes(row.state)).length;
  const live = count('running', 'starting');
  const paused = count('paused');
  const gone = count('gone');
  const dead = count('dead');
  const done = count('passed');
  return { all: rows.length, live, paused, gone, dead, done, other: rows.length - live - paused - gone - dead - done };
};
