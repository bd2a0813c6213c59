/** `turingos prune`: deletes old runs by a rule, and tells what that frees. Without `--yes` it only tells. */
import type { Outcome } from '../kernel/index.ts';
import { diskUse } from '../runtime/disk-use.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { choosePruned, deleteRun, finishPruning, type PruneChoice } from '../runtime/prune.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { type RunSummary, summariseAll } from '../runtime/run-summary.ts';
import { readTagLines } from '../runtime/tags.ts';
import { UserError } from '../runtime/user-error.ts';
import { sizeText } from '../store/size-text.ts';
import { currentTags } from '../store/tags.ts';
import type { CommonOptions } from './options.ts';
import { json, line, table } from './print.ts';
import { STATES } from './ps.ts';

export interface PruneOptions extends CommonOptions {
  olderThan?: number;
  keep?: number;
  keepOutcome?: readonly Outcome[];
  gone?: true;
  yes?: true;
}

interface Pruned {
  run: RunSummary;
  bytes: number;
  /** Why it could not be deleted; '' where it was, or would be. */
  problem: string;
}

/** @returns 69 where a run could not be deleted; the others are gone all the same */
export const pruneVerb = async (options: PruneOptions): Promise<number> => {
  const { olderThan, keep, keepOutcome = [], gone = false, yes = false } = options;
  if (olderThan === undefined && keep === undefined) {
    throw new UserError('say which runs may go: --older-than 30d, --keep 100, or both', EXIT.usage);
  }
  const home = homeDir(options.home);
  const rule = {
    ...{ keepOutcome, gone },
    ...(olderThan === undefined ? {} : { olderThan }),
    ...(keep === undefined ? {} : { keep }),
  };
  const isTagged = ({ dir }: RunSummary): boolean => currentTags(readTagLines(dir)).length > 0;
  const choice = choosePruned(await summariseAll(home), rule, isTagged, Date.now());
  if (yes) finishPruning(home);
  const pruned: Pruned[] = [];
  for (const run of choice.go) {
    const bytes = await diskUse(run.dir);
    pruned.push({ run, bytes, problem: yes ? deleted(home, run) : '' });
  }
  if (options.json === true) await json(report(pruned, choice, yes));
  else await tell(pruned, choice, yes);
  return pruned.some(({ problem }) => problem !== '') ? EXIT.unavailable : EXIT.ok;
};

/** @returns why not; '' where it is gone */
const deleted = (home: string, run: RunSummary): string => {
  try {
    deleteRun(home, run);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const freed = (pruned: readonly Pruned[]): number =>
  pruned.reduce((sum, { bytes, problem }) => sum + (problem === '' ? bytes : 0), 0);

const report = (pruned: readonly Pruned[], { keep }: PruneChoice, yes: boolean) => ({
  dryRun: !yes,
  bytes: freed(pruned),
  pruned: pruned.map(({ run: { id, state, task, lastAt }, bytes, problem }) => ({
    ...{ id, state, task, lastAt, bytes },
    ...(problem === '' ? {} : { problem }),
  })),
  kept: keep.map(({ run: { id, state }, why }) => ({ id, state, why })),
});

/** Runs that are named one by one. */
const SHOWN = 20;

const tell = async (pruned: readonly Pruned[], { keep }: PruneChoice, yes: boolean): Promise<void> => {
  if (pruned.length > 0) {
    const rows = pruned
      .slice(0, SHOWN)
      .map(({ run, bytes, problem }) => [
        ...[run.id, STATES[run.state], run.task, (run.lastAt ?? run.createdAt).slice(0, 10)],
        problem === '' ? sizeText(bytes) : `not deleted: ${problem}`,
      ]);
    await line(table([['ID', 'STATE', 'TASK', 'LAST', 'FREES'], ...rows]));
    if (pruned.length > SHOWN) await line(`and ${pruned.length - SHOWN} more`);
  }
  const why = new Map<string, number>();
  // Reasons with a name in them are counted together.
  for (const { why: reason } of keep) {
    const kind = reason.replace(/origin of \w+, which is kept/, 'origin of a kept fork').replace(/ \(.*/, '');
    why.set(kind, (why.get(kind) ?? 0) + 1);
  }
  for (const [reason, count] of why) await line(`kept ${count}: ${reason}`);
  const failed = pruned.filter(({ problem }) => problem !== '').length;
  const count = pruned.length - failed;
  const runs = count === 1 ? '1 run' : `${count} runs`;
  if (count === 0 && failed === 0) await line('nothing to delete');
  else if (yes) await line(`${runs} deleted, ${sizeText(freed(pruned))} freed`);
  else await line(`${runs} would be deleted, ${sizeText(freed(pruned))} freed; --yes does it`);
};
