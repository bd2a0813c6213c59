/** `turingos run TASK`: makes a run, starts its kernel, and shows it or waits for it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { keepGrader } from '../adapters/tasks/index.ts';
import { DEFAULT_POLICY, type Policy } from '../kernel/index.ts';
import { type Launch, written } from '../runtime/launch.ts';
import { createRunDir, homeDir, socketPath } from '../runtime/run-dir.ts';
import { isHeadless, launchRun, paceOf } from './launch-run.ts';
import { taskNamed } from './load-task.ts';
import type { CommonOptions } from './options.ts';
import { policyFrom } from './policy-file.ts';

export interface RunOptions extends CommonOptions {
  headless?: true;
  profile: string;
  policy?: string;
  seed: number;
  pace?: 'max' | number;
  fsync: Launch['fsync'];
}

/** @param defaults what a policy file is laid over */
export const runVerb = async (
  taskName: string,
  options: RunOptions,
  defaults: Policy = DEFAULT_POLICY,
): Promise<number> => {
  const task = taskNamed(taskName, options.seed);
  const base = { ...defaults, limits: { ...defaults.limits, ...task.limits } };
  const policy = options.policy === undefined ? base : policyFrom(options.policy, base);
  const home = homeDir(options.home);
  const { id, dir } = createRunDir(home);
  written(dir, () => keepGrader(dir, task.checks));
  const launch: Launch = {
    id,
    profile: options.profile,
    pace: paceOf(options.pace, isHeadless(options)),
    fsync: options.fsync,
    taskSource: existsSync(taskName) && task.spec.name !== taskName ? resolve(taskName) : taskName,
    socket: socketPath(dir, id),
    begin: { how: 'start', task: task.spec, files: task.files, policy, seed: options.seed },
  };
  return await launchRun({ home, dir, launch }, options);
};
