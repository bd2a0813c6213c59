/** `turingos run TASK`: makes a run, starts its kernel, and shows it or waits for it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { keepGrader } from '../adapters/tasks/index.ts';
import { DEFAULT_POLICY, type Policy } from '../kernel/index.ts';
import { furnished, type Launch } from '../runtime/launch.ts';
import { createRunDir, homeDir, socketPath } from '../runtime/run-dir.ts';
import { isHeadless, launchRun, paceOf } from './launch-run.ts';
import { taskNamed } from './load-task.ts';
import type { CommonOptions } from './options.ts';
import { laidOver, policyFrom } from './policy-file.ts';
import { isRemote, usableProfile } from './profile-choice.ts';

export interface RunOptions extends CommonOptions {
  headless?: true;
  plain?: true;
  profile: string;
  config?: string;
  policy?: string;
  seed: number;
  pace?: 'max' | number;
  fsync: Launch['fsync'];
}

/** @param defaults what the profile's policy, the task's limits and a policy file are laid over, in this order */
export const runVerb = async (
  taskName: string,
  options: RunOptions,
  defaults: Policy = DEFAULT_POLICY,
): Promise<number> => {
  const task = taskNamed(taskName, options.seed);
  const { pair, policy: ofProfile } = usableProfile(options.profile, options.config);
  const fitting = laidOver(defaults, ofProfile);
  const base = { ...fitting, limits: { ...fitting.limits, ...task.limits } };
  const policy = options.policy === undefined ? base : policyFrom(options.policy, base);
  const home = homeDir(options.home);
  const { id, dir } = createRunDir(home);
  furnished([dir], () => keepGrader(dir, task.checks));
  const launch: Launch = {
    id,
    profile: options.profile,
    pair,
    // What answers from elsewhere has a pace of its own.
    pace: paceOf(options.pace, isHeadless(options) || isRemote(pair)),
    fsync: options.fsync,
    taskSource: existsSync(taskName) && task.spec.name !== taskName ? resolve(taskName) : taskName,
    socket: socketPath(dir, id),
    begin: { how: 'start', task: task.spec, files: task.files, policy, seed: options.seed },
  };
  return await launchRun({ home, dir, launch }, options);
};
