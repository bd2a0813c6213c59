// `npm run docs:config`: writes docs/configuration.md from the schemas of the configuration and of the policy. A test pins the file to them.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConsoleFields } from '../src/adapters/config/console-fields.ts';
import { NotifyFields } from '../src/adapters/config/notify-fields.ts';
import { BrainFields, EXAMPLES, ProfileFields } from '../src/adapters/config/schema.ts';
import { DEFAULT_POLICY, Policy } from '../src/kernel/policy.ts';
import { FIELDS } from '../src/store/order-text/fields.ts';
import { configText } from './lib/config-text.ts';
import { cell, type JsonSchema } from './lib/schema-text.ts';

interface Row {
  path: string;
  schema: JsonSchema;
  optional: boolean;
}

/** Every field below a schema, depth first. What has one value only says nothing. */
const rowsOf = (zodSchema: z.ZodType): Row[] => below(z.toJSONSchema(zodSchema) as JsonSchema, '');

const below = ({ properties = {}, required = [] }: JsonSchema, prefix: string): Row[] =>
  Object.entries(properties).flatMap(([name, schema]) => {
    if (schema.const !== undefined) return [];
    const path = `${prefix}${name}`;
    const own = { path, schema, optional: !required.includes(name) };
    const inner = below(schema, `${path}.`);
    return inner.length === 0 || schema.description !== undefined ? [own, ...inner] : inner;
  });

const number = (value: number): string => value.toLocaleString('en');

const range = ({ minimum, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): string =>
  // More than four thousand million only says what the number can hold.
  minimum === undefined
    ? ''
    : maximum > 2_000_000_000
      ? `from ${number(minimum)}`
      : `${number(minimum)} to ${number(maximum)}`;

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** What may stand there: the unit, or the kind, and how much of it. */
const valueText = (schema: JsonSchema): string => {
  if (schema.oneOf !== undefined) return 'a brain';
  if (schema.properties !== undefined || schema.additionalProperties !== undefined) return 'fields';
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ');
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.anyOf !== undefined)
    return schema.anyOf.map((choice) => valueText({ unit: schema.unit, ...choice })).join(' or ');
  if (schema.type === 'array') return `list of ${valueText(schema.items ?? {})}`;
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'string') return 'text';
  if (schema.type !== 'integer' && schema.type !== 'number') return String(schema.type);
  return [schema.unit ?? 'count', range(schema)].filter((text) => text !== '').join(', ');
};

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const fieldTable = (schema: z.ZodType): string =>
  table(
    ['field', 'value', 'what it does'],
    rowsOf(schema).map((row) => [code(row.path), valueText(row.schema), row.schema.description ?? '']),
  );

const EVERY = BrainFields.options.flatMap((option) => {
  const provider = option.shape.provider.value;
  return rowsOf(option).map((row) => ({ provider, ...row }));
});

/** One row a field, however many providers have it. */
const brainTable = (): string =>
  table(
    ['field', 'providers', 'value', 'what it does', 'example'],
    [...Map.groupBy(EVERY, ({ path }) => path)].map(([path, having]) => {
      const [first] = having as [(typeof EVERY)[number]];
      const names =
        having.length === BrainFields.options.length ? 'all' : having.map(({ provider }) => provider).join(', ');
      const abouts = [...Map.groupBy(having, ({ schema }) => schema.description ?? '')];
      const about =
        abouts.length === 1
          ? abouts.map(([text]) => text)
          : abouts.map(([text, of]) => `${of.map(({ provider }) => provider).join(', ')}: ${text}`);
      const must = first.optional || path.includes('.') ? [] : ['Required.'];
      return [code(path), names, valueText(first.schema), [...about, ...must].join(' '), code(EXAMPLES[path] ?? '')];
    }),
  );

const defaultAt = (path: string): string => {
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], DEFAULT_POLICY);
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'number' ? number(value) : typeof value === 'string' ? value : 'on';
};

const policyTable = (): string =>
  table(
    ['field', 'value', 'default', 'what it does', '`set` calls it'],
    rowsOf(Policy).map(({ path, schema, optional }) => {
      const set = FIELDS.find((field) => field.path === path);
      const byName = set === undefined ? '' : `${code(set.name)}, as in ${code(set.example)}`;
      return [
        code(path),
        `${valueText(schema)}${optional ? ' or `null`' : ''}`,
        defaultAt(path),
        schema.description ?? '',
        byName,
      ];
    }),
  );

export const configMarkdown = (): string =>
  configText({
    profile: fieldTable(ProfileFields),
    brain: brainTable(),
    console: fieldTable(ConsoleFields),
    notify: fieldTable(NotifyFields),
    policy: policyTable(),
  });

if (import.meta.main) writeFileSync(new URL('../docs/configuration.md', import.meta.url), configMarkdown());
