/** `turingos fork RUN --at SEQ|TICK`: a new run that branches off from another one, or several side by side. */
import { keepGrader, keptGrader } from '../adapters/tasks/index.ts';
import { createMemoryWorld } from '../adapters/worlds/memory.ts';
import { canonicalJson, type InputOf } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import type { RunFold } from '../runtime/fold-run.ts';
import { type Cut, copyBlobs, foldTo, inFlight } from '../runtime/fork.ts';
import { furnished } from '../runtime/launch.ts';
import { type Manifest, readManifest } from '../runtime/manifest.ts';
import { createRunDir, homeDir, socketPath } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { launchMany } from './launch-many.ts';
import { isHeadless, type Launched, type LaunchOptions, launchRun, paceOf } from './launch-run.ts';
import type { CommonOptions } from './options.ts';
import { laidOver, policyFrom } from './policy-file.ts';
import { isRemote, pairOfRun, requireKeys, usableProfile } from './profile-choice.ts';

export interface ForkOptions extends CommonOptions, LaunchOptions {
  at: Cut;
  profile?: string;
  config?: string;
  policy?: string;
  /** How many forks, each with a seed of its own. */
  seeds?: number;
}

type Forked = InputOf<'run.forked'>;

export const forkVerb = async (name: string, options: ForkOptions): Promise<number> => {
  const home = homeDir(options.home);
  const { id, dir } = findRun(home, name);
  const manifest = readManifest(dir);
  const kept = keptGrader(dir);
  if (manifest === undefined || kept === undefined) {
    const lost = manifest === undefined ? 'run.json' : 'grader.json';
    throw new UserError(`run ${id} has no readable ${lost} in ${dir}, so it cannot be forked`, EXIT.notFound);
  }
  const fold = await foldTo(dir, id, options.at);
  const { profile, pair, ...brains } = brainsOf(manifest, options);
  const forked = await branchOf(id, fold, options, brains);
  const made: string[] = [];
  const launched = seedsOf(forked.seed, options.seeds).map((seed): Launched => {
    const { id: forkId, dir: forkDir } = createRunDir(home);
    made.push(forkDir);
    const overridden = seed === forked.seed ? forked.overridden : [...forked.overridden, 'seed' as const];
    furnished(made, () => {
      keepGrader(forkDir, kept.checks);
      copyBlobs(dir, forkDir, forked);
    });
    const { fsync } = manifest.config;
    const pace = paceOf(undefined, isHeadless(options) || isRemote(pair) || (options.seeds ?? 1) > 1);
    const socket = socketPath(forkDir, forkId);
    const begin = { how: 'fork' as const, forked: { ...forked, seed, overridden } };
    return {
      home,
      dir: forkDir,
      launch: { id: forkId, profile, pair, pace, fsync, taskSource: manifest.taskSource, socket, begin },
    };
  });
  const [only, ...others] = launched as [Launched, ...Launched[]];
  return others.length === 0 ? await launchRun(only, options) : await launchMany(launched, options);
};

/** Without `--seeds` the origin's; with it as many others. */
const seedsOf = (seed: number, count: number | undefined): number[] =>
  count === undefined ? [seed] : Array.from({ length: count }, (_, i) => (seed + 1 + i) % 2 ** 31);

/** The origin's as they were, or those of a profile of today, with what it says of the policy. */
const brainsOf = (manifest: Manifest, { profile, config }: ForkOptions) => {
  if (profile === undefined) {
    const pair = pairOfRun(manifest);
    requireKeys(manifest.profile, pair);
    return { profile: manifest.profile, pair, others: false, policy: {} };
  }
  const { pair, policy } = usableProfile(profile, config);
  const others = profile !== manifest.profile || canonicalJson(pair) !== canonicalJson(pairOfRun(manifest));
  return { profile, pair, others, policy };
};

interface Brains {
  /** Other ones than the origin's. */
  others: boolean;
  policy: Record<string, unknown>;
}

const branchOf = async (id: string, fold: RunFold, options: ForkOptions, brains: Brains): Promise<Forked> => {
  const { state, begun, head } = fold;
  if (begun === undefined) throw new Error('a fold that was let through has a beginning');
  const world = createMemoryWorld(begun.world.files);
  const past = begun.kind === 'run.forked' ? begun.world.past : '';
  await world.restoreTo(state.worldHash, { past, writes: fold.writes }).catch((error: Error) => {
    throw new UserError(`the world of run ${id} cannot be put back: ${error.message}`, EXIT.diverged);
  });
  const base = laidOver(state.policy, brains.policy);
  const policy = options.policy === undefined ? base : policyFrom(options.policy, base);
  const overridden: Forked['overridden'] = [];
  if (brains.others) overridden.push('brains');
  if (canonicalJson(policy) !== canonicalJson(state.policy)) overridden.push('policy');
  return {
    kind: 'run.forked',
    origin: { run: id, seq: head.seq, head: head.hash },
    overridden,
    task: state.task,
    policy,
    seed: state.seed,
    planner: begun.planner,
    worker: begun.worker,
    world: {
      kind: begun.world.kind,
      hash: state.worldHash,
      files: Object.fromEntries(await world.files()),
      past: await world.past(),
    },
    chaos: null,
    state: JSON.stringify(state),
    requests: inFlight(fold),
    round: fold.round,
  };
};
