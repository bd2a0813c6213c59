/** Which runs may be deleted, and why the others are kept; and how one is deleted. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../journal/lock.ts';
import { journalDir } from '../journal/segments.ts';
import type { Outcome } from '../kernel/index.ts';
import { readManifest } from './manifest.ts';
import { runDir } from './run-dir.ts';
import { isLive, type RunSummary } from './run-summary.ts';

export interface PruneRule {
  /** Milliseconds since the last record; younger runs are kept. */
  olderThan?: number;
  /** So many of the newest are kept. */
  keep?: number;
  /** Runs that ended so are kept. */
  keepOutcome: readonly Outcome[];
  /** Runs whose kernel was lost may go too: they could be resumed. */
  gone: boolean;
}

export interface PruneChoice {
  go: readonly RunSummary[];
  keep: readonly { run: RunSummary; why: string }[];
}

/**
 * @param all newest first
 * @param tagged whether somebody has tagged a tick of the run
 * @param now milliseconds since the epoch
 */
export const choosePruned = (
  all: readonly RunSummary[],
  rule: PruneRule,
  tagged: (run: RunSummary) => boolean,
  now: number,
): PruneChoice => {
  const why = new Map<string, string>();
  const spare = (run: RunSummary, reason: string): void => {
    if (!why.has(run.id)) why.set(run.id, reason);
  };
  for (const [i, run] of all.entries()) {
    if (isLive(run)) spare(run, 'it is at work');
    if (tagged(run)) spare(run, 'it is tagged');
    if (run.state === 'gone' && run.empty !== true && !rule.gone)
      spare(run, 'its kernel was lost: it can be resumed (--gone lets it go)');
    if (rule.keepOutcome.some((outcome) => outcome === run.state)) spare(run, `its outcome is ${run.state}`);
    if (rule.keep !== undefined && i < rule.keep) spare(run, `it is among the newest ${rule.keep}`);
    const age = now - Date.parse(run.lastAt ?? run.createdAt);
    // A time that cannot be read, or lies in the future, is no reason to delete.
    if (rule.olderThan !== undefined && !(age > rule.olderThan)) spare(run, 'it is not old enough');
  }
  // What a kept fork branches off from is kept, and what that branches off from.
  const byId = new Map(all.map((run) => [run.id, run]));
  const open = [...why.keys()];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const origin = byId.get(readManifest(byId.get(id)?.dir ?? '')?.origin?.run ?? '');
    if (origin === undefined || why.has(origin.id)) continue;
    spare(origin, `it is the origin of ${id}, which is kept`);
    open.push(origin.id);
  }
  return {
    go: all.filter(({ id }) => !why.has(id)),
    keep: all.flatMap((run) => (why.has(run.id) ? [{ run, why: why.get(run.id) ?? '' }] : [])),
  };
};

/** Where a run is while it is deleted: no list looks there. */
const ASIDE = '.pruned-';

/**
 * Deletes a run. It is moved aside first, so that one that is half deleted is never listed, and locked before that, so that
 * nobody goes on with it meanwhile.
 * @throws JournalError where its kernel has come back
 */
export const deleteRun = (home: string, { id, dir }: Pick<RunSummary, 'id' | 'dir'>): void => {
  const journal = journalDir(dir);
  const lock = existsSync(journal) ? takeLock(join(journal, 'lock')) : undefined;
  const aside = join(home, 'runs', `${ASIDE}${id}`);
  try {
    rmSync(aside, { recursive: true, force: true });
    renameSync(runDir(home, id), aside);
  } catch (error) {
    lock?.release();
    throw error;
  }
  rmSync(aside, { recursive: true, force: true, maxRetries: 3 });
};

/** Deletes what a prune that was interrupted has left behind. */
export const finishPruning = (home: string): void => {
  const runs = join(home, 'runs');
  const names = existsSync(runs) ? readdirSync(runs) : [];
  for (const name of names.filter((candidate) => candidate.startsWith(ASIDE)))
    rmSync(join(runs, name), { recursive: true, force: true, maxRetries: 3 });
};
