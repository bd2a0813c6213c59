/** `turingos resume RUN`: goes on with a run whose kernel was lost, as if nothing had happened. */
import { isAlive } from '../journal/lock.ts';
import { Outcome } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import type { Launch } from '../runtime/launch.ts';
import { lockHolder } from '../runtime/liveness.ts';
import { readManifest } from '../runtime/manifest.ts';
import { hasEnded } from '../runtime/resume.ts';
import { homeDir, socketAgain } from '../runtime/run-dir.ts';
import { summarise } from '../runtime/run-summary.ts';
import { UserError } from '../runtime/user-error.ts';
import { type LaunchOptions, launchRun } from './launch-run.ts';
import type { CommonOptions } from './options.ts';
import { pairOfRun, requireKeys } from './profile-choice.ts';

export const resumeVerb = async (name: string, options: CommonOptions & LaunchOptions): Promise<number> => {
  const home = homeDir(options.home);
  const { id, dir } = findRun(home, name);
  const holder = lockHolder(dir);
  if (holder !== undefined && isAlive(holder)) {
    throw new UserError(
      `run ${id} is alive, as process ${holder.pid}: there is nothing to resume; \`turingos attach ${id}\` shows it`,
      EXIT.busy,
    );
  }
  const manifest = readManifest(dir);
  if (manifest === undefined) {
    throw new UserError(
      `run ${id} has no readable run.json in ${dir}: it never began, or the file was lost; put it back, or start a new run`,
      EXIT.notFound,
    );
  }
  if (manifest.id !== id) {
    throw new UserError(
      `the run.json in ${dir} is that of run ${manifest.id}, not of ${id}: put its own back, or start a new run`,
      EXIT.badInput,
    );
  }
  const before = await summarise(home, id);
  if (before !== undefined && Outcome.safeParse(before.state).success) {
    throw hasEnded(id, ` (${before.state} after ${before.tick} ticks: ${before.reason})`);
  }
  const { profile, config, taskSource, workspace, socket } = manifest;
  const pair = pairOfRun(manifest);
  requireKeys(profile, pair);
  const launch: Launch = {
    id,
    profile,
    pair,
    ...config,
    taskSource,
    ...(workspace === undefined ? {} : { workspace }),
    socket: socketAgain(socket, dir, id),
    begin: { how: 'resume' },
  };
  return await launchRun({ home, dir, launch, fromSeq: (before?.records ?? 0) + 1 }, options);
};
