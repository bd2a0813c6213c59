/** `turingos status`: the runs that most need somebody, worst first; `--line` as one line, for tmux's status-right. */
import { statSync } from 'node:fs';
import { listSegments } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { lastRecords } from '../runtime/journal-tail.ts';
import { kernelPid } from '../runtime/liveness.ts';
import { homeDir, runDir, runIds } from '../runtime/run-dir.ts';
import { isLive, type RunSummary, summarise } from '../runtime/run-summary.ts';
import { attention, needOf } from '../store/attention.ts';
import { noProgress, noProgressText } from '../store/no-progress.ts';
import { asRecs } from '../store/record.ts';
import { endWord, type RunWord } from '../store/run-status.ts';
import { troubleIn } from '../store/trouble.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

export interface StatusOptions extends CommonOptions {
  line?: true;
  /** With the colours of a tmux status line. */
  tmux?: true;
}

interface Standing extends RunSummary {
  word: RunWord;
  /** Its place in the order of attention. */
  rank: number;
}

/** What has ended well, or by somebody's hand, needs nobody. */
const CALM: readonly RunWord[] = ['DONE', 'KILLED'];
/** An end that is older than this is known, or nobody cares. */
const NEWS_MS = 12 * 3_600_000;
/** Runs that a line has room for. */
const NAMED = 3;

export const statusVerb = async (options: StatusOptions): Promise<number> => {
  const runs = await standings(homeDir(options.home));
  if (options.json === true) await json({ runs: runs.map(({ rank: _, ...run }) => run) });
  else if (options.line === true) await line(statusText(runs, options.tmux === true));
  else if (runs.length === 0) await line('no run needs anybody');
  else
    for (const run of runs)
      await line(`${run.id} ${run.word} at t${run.tick}: ${run.task}${run.reason === '' ? '' : `, ${run.reason}`}`);
  return EXIT.ok;
};

const standings = async (home: string): Promise<Standing[]> => {
  const since = Date.now() - NEWS_MS;
  const runs = await Promise.all(
    runIds(home).map(async (id) => ((await isNews(runDir(home, id), since)) ? await standing(home, id) : undefined)),
  );
  return runs
    .filter((run) => run !== undefined)
    .filter(({ word }) => !CALM.includes(word))
    .sort((a, b) => a.rank - b.rank || (a.createdAt < b.createdAt ? 1 : -1));
};

/** A run that was written to since, or one that is alive however long it has been paused. */
const isNews = async (dir: string, since: number): Promise<boolean> => {
  const newest = (await listSegments(dir).catch(() => [])).at(-1) ?? dir;
  return (statSync(newest, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since || kernelPid(dir) !== undefined;
};

const standing = async (home: string, id: string): Promise<Standing | undefined> => {
  const run = await summarise(home, id);
  if (run === undefined) return undefined;
  const { state, byItself } = run;
  const known = { ...run, rank: attention(state, byItself) };
  if (state === 'starting') return { ...known, word: 'STARTING' };
  if (state === 'gone') return { ...known, word: 'GONE' };
  if (!isLive(run)) return { ...known, word: endWord(state as Parameters<typeof endWord>[0]) };
  const trouble = troubleIn(asRecs(await lastRecords(run.dir)));
  const nowhere = trouble === null && state === 'running' ? await nowhereOf(run) : null;
  if (nowhere !== null) {
    return { ...known, word: 'THRASHING', reason: noProgressText(nowhere), rank: attention('thrash') };
  }
  if (trouble === null) return { ...known, word: state === 'paused' ? 'PAUSED' : 'RUNNING' };
  // One that halted for its trouble waits for somebody as well.
  return { ...known, word: trouble, rank: Math.min(known.rank, attention(needOf[trouble])) };
};

/** Ticks without progress, where they are many: at least so many, where it lies farther back than is looked. */
const nowhereOf = async ({ dir, tick }: RunSummary): Promise<number | null> => {
  const records = asRecs(await lastRecords(dir, { until: { fits: isProgress, bytes: PROGRESS_BYTES } }));
  const ticks = (some: typeof records): number[] =>
    some.flatMap((rec) => ('tick' in rec && typeof rec.tick === 'number' ? [rec.tick] : []));
  const last = records.findLastIndex(isProgress);
  const from = last < 0 ? (ticks(records)[0] ?? tick) - 1 : Math.max(0, ...ticks(records.slice(0, last + 1)));
  return noProgress(tick, from);
};

/** Of a journal's end, for its last progress. */
const PROGRESS_BYTES = 4 * 1024 * 1024;

const isProgress = (record: object): boolean =>
  'kind' in record &&
  'progress' in record &&
  (record.kind === 'tick.committed'
    ? record.progress !== null
    : record.kind === 'map.joined' && record.progress === true);

const COLOURS: Partial<Record<RunWord, string>> = {
  ...{ DEAD: 'red', GONE: 'red', PANIC: 'red', FAILED: 'red' },
  ...{ THRASHING: 'yellow', WAITING: 'yellow', LIMIT: 'yellow', INTR: 'yellow', PAUSED: 'yellow' },
};

/** `7f3a DEAD t212 | a113 THRASHING t44 | 2 running`; '' where there is nothing to say. */
const statusText = (runs: readonly Standing[], markup: boolean): string => {
  const troubled = runs.filter(({ word }) => word !== 'RUNNING' && word !== 'STARTING');
  const others = runs.length - troubled.length;
  const width = idWidth(runs);
  const named = troubled.slice(0, NAMED).map(({ id, word, tick }) => {
    const colour = markup ? COLOURS[word] : undefined;
    return `${id.slice(0, width)} ${colour === undefined ? word : `#[fg=${colour},bold]${word}#[default]`} t${tick}`;
  });
  const more = troubled.length - named.length;
  const parts = [...named, ...(more > 0 ? [`+${more}`] : []), ...(others > 0 ? [`${others} running`] : [])];
  return parts.join(' | ');
};

/** The shortest length, from 4 up, at which no two begin alike. */
const idWidth = (runs: readonly Standing[]): number => {
  const unique = (width: number): boolean => new Set(runs.map(({ id }) => id.slice(0, width))).size === runs.length;
  return [4, 5, 6, 7].find(unique) ?? 8;
};
