/** `turingos status`: the runs that most need somebody, worst first; `--line` as one line, for tmux's status-right. */
import { statSync } from 'node:fs';
import { listSegments } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { lastRecords } from '../runtime/journal-tail.ts';
import { kernelPid } from '../runtime/liveness.ts';
import { homeDir, runDir, runIds } from '../runtime/run-dir.ts';
import { isLive, type RunSummary, summarise } from '../runtime/run-summary.ts';
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
}

/** Worst first. What has ended well, or by somebody's hand, needs nobody. */
const URGENCY: readonly RunWord[] = [
  ...(['DEAD', 'GONE', 'PANIC', 'THRASHING', 'WAITING', 'FAILED', 'LIMIT', 'INTR'] as const),
  ...(['PAUSED', 'STARTING', 'RUNNING'] as const),
];
/** An end that is older than this is known, or nobody cares. */
const NEWS_MS = 12 * 3_600_000;
/** Runs that a line has room for. */
const NAMED = 3;

export const statusVerb = async (options: StatusOptions): Promise<number> => {
  const runs = await standings(homeDir(options.home));
  if (options.json === true) await json({ runs });
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
    .filter((run) => run !== undefined && URGENCY.includes(run.word))
    .map((run) => run as Standing)
    .sort((a, b) => URGENCY.indexOf(a.word) - URGENCY.indexOf(b.word) || (a.createdAt < b.createdAt ? 1 : -1));
};

/** A run that was written to since, or one that is alive however long it has been paused. */
const isNews = async (dir: string, since: number): Promise<boolean> => {
  const newest = (await listSegments(dir).catch(() => [])).at(-1) ?? dir;
  return (statSync(newest, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since || kernelPid(dir) !== undefined;
};

const standing = async (home: string, id: string): Promise<Standing | undefined> => {
  const run = await summarise(home, id);
  if (run === undefined) return undefined;
  const { state } = run;
  if (state === 'starting') return { ...run, word: 'STARTING' };
  if (state === 'gone') return { ...run, word: 'GONE' };
  if (!isLive(run)) return { ...run, word: endWord(state as Parameters<typeof endWord>[0]) };
  const trouble = troubleIn(asRecs(await lastRecords(run.dir)));
  return { ...run, word: trouble ?? (state === 'paused' ? 'PAUSED' : 'RUNNING') };
};

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
