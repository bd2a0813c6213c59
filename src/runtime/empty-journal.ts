/** A journal that holds nothing: nobody can go on with its run, and nothing is lost with it. */
import { existsSync, statSync } from 'node:fs';
import { listSegments } from '../journal/index.ts';
import { EXIT } from './exit-codes.ts';
import { kernelPid } from './liveness.ts';
import { UserError } from './user-error.ts';

/** `none`: there is no file of it. `empty`: there are files, without a byte. */
export type Holding = 'none' | 'empty' | 'bytes';

export const holdingOf = async (dir: string): Promise<Holding> => {
  const paths = await listSegments(dir);
  if (paths.length === 0) return 'none';
  return paths.some((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) ? 'bytes' : 'empty';
};

/** What lists say of such a run. */
export const HOLDS: Record<Holding, string> = {
  none: 'it has no journal: nothing can be resumed, prune lets it go',
  empty: 'its journal is empty: put its files back from a copy, or prune lets it go',
  bytes: 'no record of its journal can be read: verify says why',
};

/**
 * What of a run was taken away under who looks at it, in a sentence's beginning; null where its journal is there.
 * @param begun whether there was a record of it
 */
export const lossOf = async (dir: string, begun: boolean): Promise<string | null> => {
  if (!existsSync(dir)) return "The run's directory is gone, deleted or moved";
  const holding = await holdingOf(dir);
  if (holding === 'empty') return "The run's journal is empty";
  return holding === 'none' && begun ? "The run's journal is gone, deleted or moved" : null;
};

/** @throws UserError 3 where the journal's files are there and empty, and nobody is about to write to them */
export const refuseEmpty = async (id: string, dir: string): Promise<void> => {
  if ((await holdingOf(dir)) !== 'empty' || kernelPid(dir) !== undefined) return;
  throw new UserError(
    `the journal of run ${id} is empty: nothing of it can be told or resumed; put the files of ${dir}/journal back from a copy, or delete ${dir} (\`turingos prune\` lets it go too)`,
    EXIT.diverged,
  );
};
