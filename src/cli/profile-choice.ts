/** Which pair of brains a run gets: by a profile's name, or as it had it when it began. */
import { loadProfiles, type Profile, type Profiles, shippedProfile } from '../adapters/config/load.ts';
import { didYouMean } from '../adapters/config/nearest.ts';
import { SHIPPED, type ShippedName } from '../adapters/config/shipped.ts';
import { ConfigError } from '../adapters/config/yaml-file.ts';
import { costText, type Policy, type Role, type State } from '../kernel/index.ts';
import { type BrainSpec, isEndpoints, type PairSpec, SeatSpec } from '../runtime/brain-spec.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { Manifest } from '../runtime/manifest.ts';
import { UserError } from '../runtime/user-error.ts';

/** @throws UserError 66 where the named file is not there, 65 where one is wrong */
export const knownProfiles = (config: string | undefined): Profiles => {
  try {
    return loadProfiles(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(error.message, error.reason === 'missing' ? EXIT.notFound : EXIT.badInput);
  }
};

/** @throws UserError 2 where there is no such profile */
export const profileNamed = (name: string, { all }: Profiles, asked = '--profile'): Profile => {
  const found = all.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const names = all.map((profile) => profile.name);
  const meant = didYouMean(name, names);
  throw new UserError(`${asked} ${name}: there is no such profile${meant}; there are ${names.join(', ')}`, EXIT.usage);
};

/** @throws UserError where there is none, or a key that it needs is not set: no run is made then */
export const usableProfile = (name: string, config: string | undefined): Profile => {
  const profile = profileNamed(name, knownProfiles(config));
  requireKeys(name, profile.pair);
  return profile;
};

/** The brains of a run, as it keeps them itself; a run of earlier versions kept the name of a shipped profile. */
export const pairOfRun = ({ id, profile, brains }: Manifest): PairSpec => {
  const { planner, worker } = brains;
  if (planner.spec !== undefined && worker.spec !== undefined) {
    const seat = (spec: BrainSpec, { system, constrained }: typeof planner) => ({ brain: spec, system, constrained });
    return { planner: seat(planner.spec, planner), worker: seat(worker.spec, worker) };
  }
  if (Object.hasOwn(SHIPPED, profile)) return shippedProfile(profile as ShippedName).pair;
  throw new UserError(
    `run ${id} names profile ${profile} in its run.json, which is no shipped one, and does not say what its brains are: fork it with --profile NAME`,
    EXIT.notFound,
  );
};

/** The pair as it was at a place of the run: brains that were swapped in by then sit in their seats. */
export const pairAt = (manifest: Manifest, brains: State['brains']): PairSpec => {
  const pair = pairOfRun(manifest);
  const seat = (role: Role): SeatSpec => {
    const swapped = brains?.[role];
    return swapped === undefined ? pair[role] : SeatSpec.parse(JSON.parse(swapped.seat));
  };
  return { planner: seat('planner'), worker: seat('worker') };
};

export const specsOf = ({ planner, worker }: PairSpec): BrainSpec[] => [planner.brain, worker.brain];

/** Environment variables that hold keys, whether they are set or not. */
export const keysOf = (spec: BrainSpec): string[] => (isEndpoints(spec) && spec.keyEnv !== null ? [spec.keyEnv] : []);

export const keyNames = (pair: PairSpec): string[] => [...new Set(specsOf(pair).flatMap(keysOf))];

/** @throws UserError 69 */
export const requireKeys = (profile: string, pair: PairSpec): void => {
  const missing = keyNames(pair).find((name) => (process.env[name] ?? '').trim() === '');
  if (missing === undefined) return;
  throw new UserError(
    `profile ${profile} needs a key: set the environment variable ${missing} to it; --profile demo needs none`,
    EXIT.unavailable,
  );
};

/**
 * A limit that could never be reached would be none.
 * @throws UserError 65 where the policy limits the cost, and nobody knows what a brain costs
 */
export const requirePrices = ({ limits }: Policy, pair: PairSpec): void => {
  if (limits.cost === undefined) return;
  for (const role of ['planner', 'worker'] as const) {
    const { brain } = pair[role];
    if (!isEndpoints(brain) || brain.price !== undefined) continue;
    throw new UserError(
      `the cost is limited to ${costText(limits.cost)}, and nothing says what the ${role} ${brain.model} costs: add \`price: {in: 0.60, out: 2.50}\` (dollars for a million tokens, 0 for none) to it in your profile`,
      EXIT.badInput,
    );
  }
};

/** Whether a brain of the pair answers from elsewhere, at a pace of its own. */
export const isRemote = (pair: PairSpec): boolean => specsOf(pair).some(isEndpoints);
