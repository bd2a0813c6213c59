/** The runs list as data: order by attention, filter, columns. Pure. */
import { matches } from '../../components/list-pane.ts';

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
}

export type RunSort = 'attention' | 'newest';

/** What needs somebody first; what is over and well last. */
const ATTENTION: readonly RunRow['state'][] = [
  'gone',
  'paused',
  'starting',
  'running',
  'dead',
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

export const pairText = (row: RunRow): string => `${row.planner}+${row.worker}`;

const searchText = (row: RunRow): string => `${stateWord(row)} ${row.id} ${row.task} ${pairText(row)} ${row.reason}`;

/** Every word of the filter must be in the row; one that begins with `!` must not. */
export const filterRuns = (rows: readonly RunRow[], filter: string): RunRow[] => {
  const words = filter.split(/\s+/).filter((word) => word !== '' && word !== '!');
  return rows.filter((row) =>
    words.every((word) =>
      word.startsWith('!') ? !matches(searchText(row), word.slice(1)) : matches(searchText(row), word),
    ),
  );
};

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
