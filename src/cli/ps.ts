/** `turingos ps`: the runs of a home, newest first. */
import { wasText } from '../components/header.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { isLive, type RunSummary, summariseAll } from '../runtime/run-summary.ts';
import { stallOf } from '../runtime/stall.ts';
import { endWord } from '../store/run-status.ts';
import type { CommonOptions } from './options.ts';
import { json, line, table } from './print.ts';

export const psVerb = async (options: CommonOptions & { all?: true }): Promise<number> => {
  const all = await summariseAll(homeDir(options.home));
  const runs = options.all === true ? all : all.filter(isLive);
  const stalls = await Promise.all(runs.map(({ dir, pid }) => (pid === null ? null : stallOf(dir))));
  if (options.json === true) await json({ runs: runs.map((run, i) => ({ ...run, stalled: stalls[i] })) });
  else if (runs.length > 0) await line(table([HEADING, ...runs.map((run, i) => row(run, stalls[i]))]));
  else await line(all.length === 0 ? 'no runs yet' : `no live runs; ${all.length} ended (--all shows them)`);
  return EXIT.ok;
};

const HEADING = ['ID', 'STATE', 'TASK', 'PAIR', 'TICK', 'STARTED', 'WHY'];

/** The words of the runs screen. */
export const STATES: Record<RunSummary['state'], string> = {
  starting: 'START',
  running: 'LIVE',
  paused: 'PAUSED',
  gone: 'GONE',
  passed: endWord('passed'),
  failed: endWord('failed'),
  dead: endWord('dead'),
  limit: endWord('limit'),
  interrupted: endWord('interrupted'),
  killed: endWord('killed'),
};

/** What a file says of a run must not look like another run. */
const oneLine = (cell: string): string => cell.replaceAll(/\s+/g, ' ');

/** Who sits in its seats now; who did before is no less a part of the run. */
const pairOf = ({ planner, worker, was }: RunSummary): string => `${planner}+${worker}${wasText({ was }, true)}`;

const row = (run: RunSummary, stall: string | null | undefined): string[] =>
  [
    run.id,
    STATES[run.state],
    run.sandbox === 'none' ? `${run.task} (no sandbox)` : run.task,
    pairOf(run),
    String(run.tick),
    run.createdAt.slice(0, 19).replace('T', ' '),
    stall ??
      (run.state === 'gone' && run.reason === ''
        ? 'its kernel ended without a word: resume goes on with it'
        : run.reason),
  ].map(oneLine);
