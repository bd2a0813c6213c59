/** `turingos resume RUN`: goes on with a run whose kernel was lost, as if nothing had happened; `--all` with every such run. */
import { Outcome } from '../kernel/index.ts';
import { refuseEmpty } from '../runtime/empty-journal.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { refuseAlive } from '../runtime/find-kernel.ts';
import { findRun } from '../runtime/find-run.ts';
import { killedMark, killedText } from '../runtime/killed-mark.ts';
import type { KernelProcess, Launch } from '../runtime/launch.ts';
import { readManifest } from '../runtime/manifest.ts';
import { hasEnded } from '../runtime/resume.ts';
import { homeDir, socketAgain } from '../runtime/run-dir.ts';
import { isLive, type RunSummary, summarise, summariseAll } from '../runtime/run-summary.ts';
import { brainsAfter, markSwapped, profileText, SwapReader } from '../runtime/swapped-brains.ts';
import { readTagLines } from '../runtime/tags.ts';
import { UserError } from '../runtime/user-error.ts';
import { currentTags } from '../store/tags.ts';
import { type Launched, type LaunchOptions, launchRun, startKernel, waitFor } from './launch-run.ts';
import { notifyOf } from './notify.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { pairAt, requireKeys } from './profile-choice.ts';

export interface ResumeOptions extends CommonOptions, LaunchOptions {
  all?: true;
}

export const resumeVerb = async (name: string | undefined, options: ResumeOptions): Promise<number> => {
  const home = homeDir(options.home);
  if (options.all === true) {
    if (name === undefined) return await resumeAll(home, options);
    throw new UserError(`resume --all takes no run: leave ${name} out, or --all`, EXIT.usage);
  }
  if (name === undefined) throw new UserError('resume needs a run, or --all for all that are gone', EXIT.usage);
  const launched = await resumable(home, name);
  const { id } = launched.launch;
  const killed = killedMark(launched.dir);
  if (killed !== undefined) {
    if (options.json === true) await json({ kind: 'run.unkilled', id, ...killed });
    else await line(`${id} was killed ${killedText(killed)}; it goes on all the same`);
  }
  return await launchRun(launched, options);
};

/** @throws UserError where there is nothing to resume, or it cannot be */
const resumable = async (home: string, name: string): Promise<Launched> => {
  const { id, dir } = findRun(home, name);
  await refuseAlive(id, dir);
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
  await refuseEmpty(id, dir);
  const before = await summarise(home, id);
  if (before !== undefined && before.forced === undefined && Outcome.safeParse(before.state).success) {
    throw hasEnded(id, ` (${before.state} at t${before.tick}: ${before.reason})`);
  }
  const { profile, config, taskSource, workspace, socket } = manifest;
  const brains = brainsAfter(await new SwapReader(dir).read());
  if (brains !== undefined) markSwapped(dir);
  const pair = pairAt(manifest, brains);
  requireKeys(profileText(profile, brains), pair);
  const launch: Launch = {
    id,
    profile,
    pair,
    ...config,
    taskSource,
    ...(workspace === undefined ? {} : { workspace }),
    socket: socketAgain(socket, dir, id),
    ...notifyOf(undefined),
    begin: { how: 'resume' },
  };
  return { home, dir, launch, fromSeq: (before?.records ?? 0) + 1 };
};

/** Kernels that read their journals at a time: each takes a core while it does. */
const AT_ONCE = 4;

/**
 * Every run whose kernel was lost, the oldest first, but for those that somebody has tagged, since a tag marks what is to be looked
 * at as it is, and those that somebody has killed. One that cannot go on is told of, and the others do; so is what is left alone.
 * @returns 0 when all go on; with `--headless` when all have passed
 */
const resumeAll = async (home: string, options: ResumeOptions): Promise<number> => {
  const asJson = options.json === true;
  const all = (await summariseAll(home)).reverse();
  const { gone, left: alone } = parted(all);
  if (gone.length === 0 && !asJson) await line('no run is gone: there is nothing to resume');
  const fates = gone.map(() => EXIT.ok as number);
  const waits: Promise<void>[] = [];
  const keep = async (code: Promise<number>, i: number): Promise<void> => {
    fates[i] = await code;
  };
  const left = gone.entries();
  const work = async (): Promise<void> => {
    for (const [i, { id }] of left) {
      try {
        const launched = await resumable(home, id);
        const kernel = await startKernel(launched.dir, launched.launch);
        if (asJson) await json({ kind: 'run.resumed', id, dir: launched.dir, pid: kernel.pid });
        else await line(`${id}: goes on, as process ${kernel.pid}`);
        if (options.headless === true) waits.push(keep(wait(launched, kernel, asJson), i));
        else kernel.release();
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        fates[i] = error.exitCode;
        if (asJson) await json({ kind: 'run.lost', id, why: error.message });
        else await line(`${id}: cannot go on: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, gone.length) }, work));
  await tellLeft(alone, asJson);
  await Promise.all(waits);
  return fates.find((code) => code !== EXIT.ok) ?? EXIT.ok;
};

const wait = ({ dir, launch, fromSeq = 1 }: Launched, kernel: KernelProcess, asJson: boolean): Promise<number> =>
  waitFor(launch.id, dir, kernel, { json: asJson, events: false, fromSeq });

interface Left {
  run: RunSummary;
  why: 'tagged' | 'alive' | RunSummary['state'];
}

const parted = (all: readonly RunSummary[]): { gone: RunSummary[]; left: Left[] } => {
  const gone: RunSummary[] = [];
  const left: Left[] = [];
  for (const run of all) {
    if (run.state !== 'gone') left.push({ run, why: isLive(run) ? 'alive' : run.state });
    else if (currentTags(readTagLines(run.dir)).length > 0) left.push({ run, why: 'tagged' });
    else gone.push(run);
  }
  return { gone, left };
};

/** Who is alive, tagged, or killed and could go on, by name; of those that have ended there may be hundreds. */
const tellLeft = async (left: readonly Left[], asJson: boolean): Promise<void> => {
  if (asJson) {
    for (const { run, why } of left) {
      const forced = run.forced === undefined ? {} : { forced: run.forced };
      await json({ kind: 'run.left', id: run.id, why, ...forced });
    }
    return;
  }
  const ended: Record<string, number> = {};
  for (const { run, why } of left) {
    if (why === 'tagged') await line(`${run.id}: left alone, it is tagged: turingos resume ${run.id} goes on with it`);
    else if (run.forced !== undefined)
      await line(
        `${run.id}: left alone, it was killed ${killedText(run.forced)}; turingos resume ${run.id} goes on with it`,
      );
    else if (why === 'alive')
      await line(
        `${run.id}: left alone, ${run.pid === null ? 'it is starting' : `it is alive, as process ${run.pid}`}`,
      );
    else ended[why] = (ended[why] ?? 0) + 1;
  }
  const counts = Object.entries(ended).map(([why, count]) => `${count} ${why}`);
  if (counts.length > 0) await line(`left alone, since they have ended: ${counts.join(', ')}`);
};
