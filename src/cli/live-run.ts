/** A run that verbs can give orders to. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { elsewhereSentence, type Holder, isAlive } from '../journal/lock.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findKernel, socketOf } from '../runtime/find-kernel.ts';
import { findRun } from '../runtime/find-run.ts';
import { launchFile } from '../runtime/launch.ts';
import { lockFile, lockHolder } from '../runtime/liveness.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { isStarting } from '../runtime/run-summary.ts';
import { UserError } from '../runtime/user-error.ts';

export interface LiveRun {
  id: string;
  dir: string;
  /** Where its kernel listens. */
  socket: string;
  /** Its kernel, alive a moment ago; null where that can be spoken to at most, since its pid is not known here. */
  holder: Holder | null;
}

/** How long a run that is starting is waited for. */
const BEGIN_MS = 5000;
const POLL_MS = 10;

/** @throws UserError 66 where there is no such run, 75 where it is not alive */
export const liveRun = async (name: string, home: string | undefined): Promise<LiveRun> => {
  const { id, dir } = findRun(homeDir(home), name);
  await begun(dir);
  const kernel = await findKernel(dir);
  if (kernel.is === 'none') {
    throw notAlive(id);
  }
  if (kernel.is === 'unknown') throw new UserError(elsewhereSentence(`run ${id}`, lockFile(dir)), EXIT.busy);
  return { id, dir, socket: socketOf(dir), holder: kernel.is === 'here' ? kernel.holder : null };
};

/** Also for an order that comes while the run ends. */
export const notAlive = (id: string): UserError =>
  new UserError(`run ${id} is not alive: \`turingos ps --all\` says how it ended`, EXIT.busy);

/** Resolves when the run's kernel can be given orders, or will not come to that. */
const begun = async (dir: string): Promise<void> => {
  const end = performance.now() + BEGIN_MS;
  const early = async (): Promise<boolean> => {
    const holder = lockHolder(dir);
    return holder === undefined ? await isStarting(dir) : isAlive(holder) && existsSync(launchFile(dir));
  };
  if (!(await early())) return;
  while ((await early()) && performance.now() < end) await sleep(POLL_MS);
  // It listens, and minds signals, right after that.
  const comes = (): boolean => {
    const holder = lockHolder(dir);
    return holder !== undefined && isAlive(holder) && !existsSync(socketOf(dir));
  };
  while (comes() && performance.now() < end) await sleep(POLL_MS);
};
