/** A policy file: YAML or JSON, laid over the default. `null` takes a field away, which turns off what it governs. */
import { isObject, layOver } from '../adapters/config/lay-over.ts';
import { didYouMean } from '../adapters/config/nearest.ts';
import { ConfigError, readYaml } from '../adapters/config/yaml-file.ts';
import { DEFAULT_POLICY, Policy, SETTABLE } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { fieldNamed, readValue } from '../store/order-text/fields.ts';

/** @throws UserError 66 or 65 whose sentence names the file and the field */
export const policyFrom = (path: string, base: Policy): Policy => {
  const parsed = Policy.safeParse(layOver(base, read(path)));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  const why = issue?.code === 'unrecognized_keys' ? noField(field.map(String)) : lower(issue?.message ?? 'invalid');
  throw new UserError(`policy ${path}: ${field.join('.')}: ${why}`, EXIT.badInput);
};

/** What stands there instead: the name that `set` has for it helps too. */
const noField = (field: readonly string[]): string => {
  const name = field.at(-1) ?? '';
  const meant = fieldNamed(name);
  const value = meant === undefined ? undefined : readValue(meant, meant.example);
  if (meant !== undefined && value !== undefined)
    return `there is no such field; did you mean ${meant.path}? For example: ${meant.path}: ${JSON.stringify(value)}, under its sections`;
  const before = field.slice(0, -1).join('.');
  const paths = [...SETTABLE, ...Object.keys(DEFAULT_POLICY)];
  const inside = paths.filter((path) => before === '' || path.startsWith(`${before}.`));
  const known = [
    ...new Set(inside.map((path) => path.slice(before === '' ? 0 : before.length + 1).split('.')[0] ?? '')),
  ];
  return `there is no such field${didYouMean(name, known)}; there are ${known.join(', ')}`;
};

/** What is known to be good, laid over a policy. */
export const laidOver = (base: Policy, over: Record<string, unknown>): Policy => Policy.parse(layOver(base, over));

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const EXAMPLE = 'panicBudget: 5';

const read = (path: string): Record<string, unknown> => {
  try {
    const { value } = readYaml(path, EXAMPLE, 'policy file');
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UserError(error.message, error.reason === 'missing' ? EXIT.notFound : EXIT.badInput);
  }
  throw new UserError(`policy ${path} holds no fields: write for example \`${EXAMPLE}\``, EXIT.badInput);
};
