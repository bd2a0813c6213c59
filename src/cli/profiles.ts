/** `turingos profiles`: the pairs of brains that runs can have, and where each is written. */
import { widthOf, wrap } from '../components/text.ts';
import { type BrainSpec, isEndpoints } from '../runtime/brain-spec.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { checkSections } from './check-config.ts';
import { json, line, table } from './print.ts';
import { keyNames, knownProfiles } from './profile-choice.ts';

export interface ProfilesOptions {
  json?: true;
  config?: string;
}

export const profilesVerb = async (options: ProfilesOptions): Promise<number> => {
  const { file, all } = knownProfiles(options.config);
  checkSections(options.config);
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
  await line(profilesText(rows, process.stdout.columns ?? Number.POSITIVE_INFINITY));
  return EXIT.ok;
};

const HEADING = ['PROFILE', 'PLANNER', 'WORKER', 'KEY', 'FROM'];

/** A line a profile; where the terminal is too narrow for that, as many as each takes. @param rows as HEADING says */
export const profilesText = (rows: readonly (readonly string[])[], columns: number): string => {
  const lines = table([HEADING, ...rows]);
  if (lines.split('\n').every((text) => widthOf(text) <= columns)) return lines;
  const indent = rows.reduce((most, [name = '']) => Math.max(most, widthOf(name) + 2), 0);
  const blank = ' '.repeat(indent);
  return rows
    .flatMap(([name = '', planner = '', worker = '', key = '', from = '']) => {
      const both = `${planner} plans, ${worker} works`;
      const pair = indent + widthOf(both) <= columns ? [both] : [`${planner} plans,`, `${worker} works`];
      const parts = [...pair, ...(key === '-' ? [] : [`key ${key}`]), from];
      const texts = parts.flatMap((part) => wrap(part, Math.max(20, columns - indent)));
      return texts.map((text, i) => `${i === 0 ? name.padEnd(indent) : blank}${text}`);
    })
    .join('\n');
};

const isSet = (env: string): boolean => (process.env[env] ?? '').trim() !== '';

/** As a person names it; several addresses are counted. */
export const brainText = (spec: BrainSpec): string => {
  if (spec.provider === 'simulated') return spec.playbook === undefined ? 'SIM' : `SIM, playbook ${spec.playbook.name}`;
  if (!isEndpoints(spec)) return spec.model;
  const [first = '', ...others] = spec.urls;
  return `${spec.model} @ ${new URL(first).host}${others.length === 0 ? '' : ` and ${others.length} more`}`;
};
