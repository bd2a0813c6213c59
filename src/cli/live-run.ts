/** A run that verbs can give orders to. */
import { type Holder, isAlive } from '../journal/lock.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { lockHolder } from '../runtime/liveness.ts';
import { type Manifest, readManifest } from '../runtime/manifest.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';

export interface LiveRun {
  id: string;
  dir: string;
  manifest: Manifest;
  /** Its kernel, alive a moment ago. */
  holder: Holder;
}

/** @throws UserError 66 where there is no such run, or it is not alive */
export const liveRun = (name: string, home: string | undefined): LiveRun => {
  const { id, dir } = findRun(homeDir(home), name);
  const manifest = readManifest(dir);
  const holder = lockHolder(dir);
  if (manifest === undefined || holder === undefined || !isAlive(holder)) {
    throw new UserError(`run ${id} is not alive: \`turingos ps --all\` says how it ended`, EXIT.notFound);
  }
  return { id, dir, manifest, holder };
};
