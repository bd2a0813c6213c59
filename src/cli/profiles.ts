/** `turingos profiles`: the pairs of brains that runs can have, and where each is written. */
import { type BrainSpec, isEndpoints } from '../runtime/brain-spec.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { json, line, table } from './print.ts';
import { keyNames, knownProfiles } from './profile-choice.ts';

export interface ProfilesOptions {
  json?: true;
  config?: string;
}

export const profilesVerb = async (options: ProfilesOptions): Promise<number> => {
  const { file, all } = knownProfiles(options.config);
  if (options.json === true) {
    const profiles = all.map(({ name, from, about, pair, policy }) => ({
      name,
      from,
      about,
      planner: pair.planner.brain,
      worker: pair.worker.brain,
      policy,
      keys: keyNames(pair).map((env) => ({ env, set: isSet(env) })),
    }));
    await json({ file: file ?? null, profiles });
    return EXIT.ok;
  }
  const rows = all.map(({ name, from, about, pair }) => [
    name,
    brainText(pair.planner.brain),
    brainText(pair.worker.brain),
    keyNames(pair)
      .map((env) => `${env}${isSet(env) ? '' : ' (not set)'}`)
      .join(', ') || '-',
    about === '' ? from : `${from}: ${about}`,
  ]);
  await line(table([['PROFILE', 'PLANNER', 'WORKER', 'KEY', 'FROM'], ...rows]));
  return EXIT.ok;
};

const isSet = (env: string): boolean => (process.env[env] ?? '').trim() !== '';

/** As a person names it; several addresses are counted. */
export const brainText = (spec: BrainSpec): string => {
  if (spec.provider === 'simulated') return spec.playbook === undefined ? 'SIM' : `SIM, playbook ${spec.playbook.name}`;
  if (!isEndpoints(spec)) return spec.model;
  const [first = '', ...others] = spec.urls;
  return `${spec.model} @ ${new URL(first).host}${others.length === 0 ? '' : ` and ${others.length} more`}`;
};
