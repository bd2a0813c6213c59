/** `turingos run TASK`: makes a run, starts its kernel, and shows it or waits for it. */
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { exportRepo, keepJudge, type LoadedTask } from '../adapters/tasks/index.ts';
import { DEFAULT_POLICY, type FaultSpec, type Policy } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { furnished, type Launch } from '../runtime/launch.ts';
import type { WorkspaceSpec } from '../runtime/manifest.ts';
import { createRunDir, homeDir, socketPath, workspaceDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import type { ScreenOptions } from './appearance.ts';
import { chaosPlan } from './chaos-plan.ts';
import { isHeadless, type Launched, launchRun, paceOf } from './launch-run.ts';
import { taskNamed } from './load-task.ts';
import { notifyOf } from './notify.ts';
import type { CommonOptions } from './options.ts';
import { laidOver, policyFrom } from './policy-file.ts';
import { isRemote, requirePrices, usableProfile } from './profile-choice.ts';

export interface RunOptions extends CommonOptions, ScreenOptions {
  headless?: true;
  plain?: true;
  profile: string;
  policy?: string;
  pauseOn?: NonNullable<Policy['pauseOn']>;
  seed: number;
  /** A plan of faults. */
  chaos?: string;
  pace?: 'max' | number;
  fsync: Launch['fsync'];
  repo?: string;
  sandbox?: 'auto' | 'none';
}

/** @param defaults what the profile's policy, the task's limits and a policy file are laid over, in this order */
export const runVerb = async (taskName: string, options: RunOptions, defaults?: Policy): Promise<number> => {
  const chaos = options.chaos === undefined ? [] : chaosPlan(options.chaos);
  return await launchRun(await prepareRun(taskName, options, chaos, defaults), options);
};

type Prepared = Pick<
  RunOptions,
  | 'profile'
  | 'config'
  | 'policy'
  | 'pauseOn'
  | 'seed'
  | 'pace'
  | 'fsync'
  | 'repo'
  | 'sandbox'
  | 'home'
  | 'headless'
  | 'json'
  | 'plain'
>;

/** Makes the directory of a run that only has to be launched. */
export const prepareRun = async (
  taskName: string,
  options: Prepared,
  chaos: FaultSpec[],
  defaults: Policy = DEFAULT_POLICY,
): Promise<Launched> => {
  const task = taskNamed(taskName, options.seed, options.repo);
  const workspace = workspaceOf(task, taskName, options.sandbox);
  const { pair, policy: ofProfile } = usableProfile(options.profile, options.config);
  const fitting = laidOver(defaults, ofProfile);
  const base = { ...fitting, limits: { ...fitting.limits, ...task.limits } };
  const asked = options.policy === undefined ? base : policyFrom(options.policy, base);
  const policy = options.pauseOn === undefined ? asked : { ...asked, pauseOn: options.pauseOn };
  requirePrices(policy, pair);
  const notify = notifyOf(options.config);
  const home = homeDir(options.home);
  const { id, dir } = createRunDir(home);
  furnished([dir], () => keepJudge(dir, task.judge));
  await bringRepo(dir, task);
  const launch: Launch = {
    id,
    profile: options.profile,
    pair,
    // What answers from elsewhere has a pace of its own.
    pace: paceOf(options.pace, isHeadless(options) || isRemote(pair)),
    fsync: options.fsync,
    taskSource: existsSync(taskName) && task.spec.name !== taskName ? resolve(taskName) : taskName,
    ...(workspace === undefined ? {} : { workspace }),
    socket: socketPath(dir, id),
    ...notify,
    begin: { how: 'start', task: task.spec, files: task.files, policy, seed: options.seed, chaos },
  };
  return { home, dir, launch };
};

const workspaceOf = (
  { world, repo }: LoadedTask,
  named: string,
  sandbox: RunOptions['sandbox'],
): WorkspaceSpec | undefined => {
  if (world === 'workspace') {
    return { sandbox: sandbox ?? 'auto', ...(repo === null ? {} : { repo: { path: repo.path, commit: repo.commit } }) };
  }
  if (sandbox === undefined) return undefined;
  throw new UserError(`${named} is a task in memory, which starts no programs: leave --sandbox out`, EXIT.usage);
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The files of its repository; a run that cannot have them is none. */
const bringRepo = async (dir: string, { repo }: LoadedTask): Promise<void> => {
  if (repo === null) return;
  const drop = (): void => rmSync(dir, { recursive: true, force: true });
  const stop = (): never => {
    drop();
    process.exit(EXIT.killed);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    await exportRepo(repo, workspaceDir(dir));
  } catch (error) {
    drop();
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`the files of ${repo.path} cannot be brought: ${why}`, EXIT.unavailable);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
};
