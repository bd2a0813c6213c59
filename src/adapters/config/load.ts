/** Reads the profiles: those that are shipped, and those of a configuration file, which may take their names. */
import { dirname } from 'node:path';
import type { z } from 'zod';
import { DEFAULT_POLICY, Policy } from '../../kernel/policy.ts';
import type { PairSpec } from '../../runtime/brain-spec.ts';
import { ConsoleFields } from './console-fields.ts';
import { findConfig } from './find.ts';
import { isObject, layOver } from './lay-over.ts';
import { NotifyFields } from './notify-fields.ts';
import { problemIn, reasonOf, tellingIssue, unknownField as unknown } from './problem.ts';
import { pairOf } from './resolve.ts';
import { ELSEWHERE, EXAMPLES, KNOWN_FIELDS, PROFILE_NAME, ProfileFields } from './schema.ts';
import { findKey, NO_KEYS } from './secrets.ts';
import { SHIPPED, SHIPPED_NAMES, type Shipped, type ShippedName } from './shipped.ts';
import { shortForm } from './short-form.ts';
import { type ConfigError, type Path, readYaml, type YamlFile } from './yaml-file.ts';

export interface Profile {
  name: string;
  /** Where it is written: `shipped`, or a file and its line. */
  from: string;
  /** For people; '' for none. */
  about: string;
  pair: PairSpec;
  /** Laid over the default policy. */
  policy: Record<string, unknown>;
}

export interface Profiles {
  /** The configuration file; undefined where there is none. */
  file: string | undefined;
  /** The shipped ones first. */
  all: Profile[];
}

/**
 * @param named what `--config` said
 * @throws ConfigError
 */
export const loadProfiles = (named?: string): Profiles => {
  const file = findConfig(named);
  const own = file === undefined ? [] : readConfig(file);
  const others = SHIPPED_NAMES.filter((name) => !own.some((profile) => profile.name === name)).map(shippedProfile);
  return { file, all: [...others, ...own] };
};

export const shippedProfile = (name: ShippedName): Profile => {
  const { about, ...written }: Shipped = SHIPPED[name];
  const fields = ProfileFields.parse(expanded(written, (_, why) => new Error(`${name}: ${why}`)));
  return { name, from: 'shipped', about, pair: pairOf(fields, '/'), policy: written.policy ?? {} };
};

/** @throws ConfigError */
export const readConfig = (path: string): Profile[] => {
  const file = readSections(path);
  const { profiles, ...others } = file.value;
  if (profiles === undefined && Object.keys(others).length > 0) return [];
  if (!isObject(profiles)) throw invalid(file, ['profiles'], 'is missing, or no list of names with their brains');
  return Object.entries(profiles).map(([name, fields]) => profileOf(file, name, fields));
};

/** @throws ConfigError */
export const readConsole = (path: string): ConsoleFields => {
  const file = readSections(path);
  const { console: written = {} } = file.value;
  if (!isObject(written)) throw invalid(file, ['console'], 'holds no fields', 'console');
  const parsed = ConsoleFields.safeParse(written);
  if (!parsed.success) throw firstOf(file, ['console'], written, parsed.error);
  return parsed.data;
};

/** @throws ConfigError */
export const readNotify = (path: string): NotifyFields => {
  const file = readSections(path);
  const { notify: written = {} } = file.value;
  if (!isObject(written)) throw invalid(file, ['notify'], 'holds no fields', 'notify');
  const parsed = NotifyFields.safeParse(written);
  if (!parsed.success) throw firstOf(file, ['notify'], written, parsed.error);
  return parsed.data;
};

export const readSections = (path: string): YamlFile & { value: Record<string, unknown> } => {
  const file = readYaml(path, EXAMPLES.profiles as string);
  const { value } = file;
  const key = findKey(value);
  if (key !== undefined) throw invalid(file, key.path, NO_KEYS, 'keyEnv');
  if (!isObject(value)) throw invalid(file, [], 'it holds no fields');
  const extra = Object.keys(value).find((name) => !KNOWN_FIELDS.file.some((known) => known === name));
  if (extra !== undefined) throw invalid(file, [extra], unknown(extra, KNOWN_FIELDS.file));
  return { ...file, value };
};

const profileOf = (file: YamlFile, name: string, written: unknown): Profile => {
  const at = ['profiles', name];
  if (!PROFILE_NAME.test(name)) throw invalid(file, at, 'is no name: up to 40 letters, digits, dots and dashes');
  if (!isObject(written)) throw invalid(file, at, 'names no brains', 'planner');
  const fields = expanded(written, (seat, why) => invalid(file, [...at, seat], why));
  const parsed = ProfileFields.safeParse(fields);
  if (!parsed.success) throw firstOf(file, at, fields, parsed.error);
  const { policy = {} } = parsed.data;
  const whole = Policy.safeParse(layOver(DEFAULT_POLICY, policy));
  if (!whole.success) throw firstOf(file, [...at, 'policy'], policy, whole.error);
  const from = `${file.path}:${file.lineOf(at)}`;
  return { name, from, about: '', pair: pairOf(parsed.data, dirname(file.path)), policy };
};

/** Short forms written out. */
const expanded = (written: object, wrong: (seat: string, why: string) => Error): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(written).map(([name, value]) => {
      if (typeof value !== 'string' || !['planner', 'worker', 'brain'].includes(name)) return [name, value];
      const short = shortForm(value);
      if (!short.ok) throw wrong(name, short.why);
      return [name, short.fields];
    }),
  );

/** What to say of all that is wrong: a misspelt field is also a missing one, and the spelling is what helps. */
const firstOf = (file: YamlFile, at: Path, value: unknown, { issues }: z.ZodError): ConfigError => {
  const issue = tellingIssue(issues);
  if (issue === undefined) return invalid(file, at, 'is wrong');
  const field = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    const holder = issue.path.reduce<unknown>(
      (inner, key) => (isObject(inner) ? inner[String(key)] : undefined),
      value,
    );
    return invalid(file, [...field, name], unknown(name, knownIn(at, issue.path, holder)), ELSEWHERE[name]);
  }
  return invalid(file, asWritten(file.value, field), reason(issue.message));
};

/** What is wrong with a part of a short form is wrong with the line that it stands in. */
const asWritten = (whole: unknown, field: Path): Path => {
  let at = whole;
  for (const [i, key] of field.entries()) {
    if (typeof at === 'string') return field.slice(0, i);
    at = isObject(at) || Array.isArray(at) ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return field;
};

/** The fields that the place takes in which an unknown one was found. */
const knownIn = (at: Path, path: Path, holder: unknown): readonly string[] => {
  if (at.includes('policy')) {
    const known = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[String(key)] : {}), DEFAULT_POLICY);
    return isObject(known) ? Object.keys(known) : [];
  }
  if (at[0] === 'console') return KNOWN_FIELDS.console;
  if (at[0] === 'notify') return KNOWN_FIELDS.notify;
  if (path.length === 0) return KNOWN_FIELDS.profile;
  const provider = isObject(holder) ? String(holder.provider) : '';
  return Object.hasOwn(KNOWN_FIELDS, provider) ? KNOWN_FIELDS[provider as keyof typeof KNOWN_FIELDS] : [];
};

const reason = (message: string): string =>
  message.startsWith('Invalid discriminator')
    ? 'has to be one of ollama, openai, embedded, simulated'
    : reasonOf(message);

/** @param like the field to give an example of; default: the last one that has one */
export const invalid = (file: YamlFile, field: Path, why: string, like?: string): ConfigError => {
  const known = field.findLast((key) => typeof key === 'string' && Object.hasOwn(EXAMPLES, key));
  const name = like ?? (typeof known === 'string' ? known : 'profiles');
  const example = EXAMPLES[`${providerAt(file.value, field)}.${name}`] ?? EXAMPLES[name];
  return problemIn(file, field, why, example as string);
};

/** The provider of the brain that a field belongs to; '' where there is none. */
const providerAt = (whole: unknown, field: Path): string => {
  let [at, provider] = [whole, ''];
  for (const key of field) {
    at = isObject(at) ? at[String(key)] : undefined;
    if (isObject(at) && typeof at.provider === 'string') provider = at.provider;
  }
  return provider;
};
