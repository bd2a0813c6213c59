/** `turingos fork RUN --at SEQ|TICK`: a new run that branches off from another one, or several side by side. */
import { keepJudge, keptJudge } from '../adapters/tasks/index.ts';
import { createMemoryWorld } from '../adapters/worlds/memory.ts';
import { copyShadow } from '../adapters/worlds/workspace/copy-shadow.ts';
import { ShadowDamaged } from '../adapters/worlds/workspace/objects.ts';
import { branchPast } from '../adapters/worlds/workspace/workspace.ts';
import { canonicalJson, type InputOf } from '../kernel/index.ts';
import type { PairSpec } from '../runtime/brain-spec.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import type { RunFold } from '../runtime/fold-run.ts';
import { type Cut, copyBlobs, foldTo, inFlight } from '../runtime/fork.ts';
import { furnished } from '../runtime/launch.ts';
import { type Manifest, readManifest } from '../runtime/manifest.ts';
import { createRunDir, homeDir, shadowDir, socketPath } from '../runtime/run-dir.ts';
import { profileText } from '../runtime/swapped-brains.ts';
import { UserError } from '../runtime/user-error.ts';
import { launchMany } from './launch-many.ts';
import { isHeadless, type Launched, type LaunchOptions, launchRun, paceOf } from './launch-run.ts';
import { notifyOf } from './notify.ts';
import type { CommonOptions } from './options.ts';
import { laidOver, policyFrom } from './policy-file.ts';
import { isRemote, pairAt, requireKeys, usableProfile } from './profile-choice.ts';

export interface ForkOptions extends CommonOptions, LaunchOptions {
  at: Cut;
  profile?: string;
  config?: string;
  policy?: string;
  /** How many forks, each with a seed of its own. */
  seeds?: number;
  sandbox?: 'auto' | 'none';
}

type Forked = InputOf<'run.forked'>;

export const forkVerb = async (name: string, options: ForkOptions): Promise<number> => {
  const home = homeDir(options.home);
  const { id, dir } = findRun(home, name);
  const manifest = readManifest(dir);
  const kept = keptJudge(dir);
  if (manifest === undefined || kept === undefined) {
    const lost = manifest === undefined ? 'run.json' : 'grader.json';
    throw new UserError(`run ${id} has no readable ${lost} in ${dir}, so it cannot be forked`, EXIT.notFound);
  }
  const fold = await foldTo(dir, id, options.at);
  const { profile, pair, ...brains } = brainsOf(manifest, fold, options);
  const workspace = workspaceOf(manifest, id, options.sandbox);
  const forked = await branchOf(id, fold, options, {
    ...brains,
    workspace,
    unfenced: manifest.workspace?.sandbox === 'none',
  });
  const notify = notifyOf(options.config);
  const made: string[] = [];
  const launched = seedsOf(forked.seed, options.seeds).map((seed): Launched => {
    const { id: forkId, dir: forkDir } = createRunDir(home);
    made.push(forkDir);
    const overridden = seed === forked.seed ? forked.overridden : [...forked.overridden, 'seed' as const];
    furnished(made, () => {
      keepJudge(forkDir, kept);
      copyBlobs(dir, forkDir, forked);
      if (workspace !== undefined) branchShadow(id, dir, forkDir);
    });
    const { fsync } = manifest.config;
    const pace = paceOf(undefined, isHeadless(options) || isRemote(pair) || (options.seeds ?? 1) > 1);
    const socket = socketPath(forkDir, forkId);
    const begin = { how: 'fork' as const, forked: { ...forked, seed, overridden } };
    const { taskSource } = manifest;
    const more = { ...(workspace === undefined ? {} : { workspace }), ...notify };
    return {
      home,
      dir: forkDir,
      launch: { id: forkId, profile, pair, pace, fsync, taskSource, ...more, socket, begin },
    };
  });
  const [only, ...others] = launched as [Launched, ...Launched[]];
  return others.length === 0 ? await launchRun(only, options) : await launchMany(launched, options);
};

/** Without `--seeds` the origin's; with it as many others. */
const seedsOf = (seed: number, count: number | undefined): number[] =>
  count === undefined ? [seed] : Array.from({ length: count }, (_, i) => (seed + 1 + i) % 2 ** 31);

/** The origin's as they were, or those of a profile of today, with what it says of the policy. */
const brainsOf = (manifest: Manifest, { state }: RunFold, { profile, config }: ForkOptions) => {
  // What nobody knows any more is only asked for where it is needed.
  const before = (): PairSpec => pairAt(manifest, state.brains);
  if (profile === undefined) {
    const pair = before();
    const text = profileText(manifest.profile, state.brains);
    requireKeys(text, pair);
    return { profile: text, pair, others: false, policy: {} };
  }
  const { pair, policy } = usableProfile(profile, config);
  const others = profile !== manifest.profile || canonicalJson(pair) !== canonicalJson(before());
  return { profile, pair, others, policy };
};

/** As the origin's, but for what is to be between its commands and everything else. */
const workspaceOf = ({ workspace }: Manifest, id: string, sandbox: ForkOptions['sandbox']): Manifest['workspace'] => {
  if (workspace !== undefined) return sandbox === undefined ? workspace : { ...workspace, sandbox };
  if (sandbox === undefined) return undefined;
  throw new UserError(`run ${id} is all in memory, and starts no programs: leave --sandbox out`, EXIT.usage);
};

/** Every state that the origin was in; the branch puts itself into the one that it begins with. */
const branchShadow = (id: string, from: string, to: string): void => {
  try {
    copyShadow(shadowDir(from), shadowDir(to));
  } catch (error) {
    if (error instanceof ShadowDamaged) throw lostWorld(id, error);
    throw error;
  }
};

const lostWorld = (id: string, { message }: Error): UserError =>
  new UserError(`the world of run ${id} cannot be put back: ${message}`, EXIT.diverged);

interface Overrides {
  /** Other brains than the origin's. */
  others: boolean;
  policy: Record<string, unknown>;
  workspace: Manifest['workspace'];
  /** Whether the origin's commands ran without a fence. */
  unfenced: boolean;
}

/** What the branch begins with; a workspace's content comes with its shadow repository. */
const worldOf = async (id: string, { state, begun, writes }: RunFold, workspace: Manifest['workspace']) => {
  if (begun === undefined) throw new Error('a fold that was let through has a beginning');
  const { kind } = begun.world;
  const hash = state.worldHash;
  const history = { past: begun.kind === 'run.forked' ? begun.world.past : '', writes };
  if (workspace !== undefined) {
    const unfenced = workspace.sandbox === 'none' ? { sandbox: 'none' as const } : {};
    return { kind, hash, files: {}, ...unfenced, past: branchPast(history) };
  }
  const world = createMemoryWorld(begun.world.files);
  await world.restoreTo(hash, history).catch((error: Error) => {
    throw lostWorld(id, error);
  });
  return { kind, hash, files: Object.fromEntries(await world.files()), past: await world.past() };
};

const branchOf = async (id: string, fold: RunFold, options: ForkOptions, brains: Overrides): Promise<Forked> => {
  const { state, begun, head } = fold;
  if (begun === undefined) throw new Error('a fold that was let through has a beginning');
  const { workspace, unfenced } = brains;
  const base = laidOver(state.policy, brains.policy);
  const policy = options.policy === undefined ? base : policyFrom(options.policy, base);
  const overridden: Forked['overridden'] = [];
  if (brains.others) overridden.push('brains');
  if (workspace !== undefined && (workspace.sandbox === 'none') !== unfenced) overridden.push('sandbox');
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
    world: await worldOf(id, fold, workspace),
    chaos: null,
    state: JSON.stringify(state),
    requests: inFlight(fold),
    round: fold.round,
  };
};
