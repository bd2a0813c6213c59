/**
 * JSON schema to GBNF, llama.cpp's grammar notation.
 *
 * The library's own conversion makes every property required and knows no `anyOf`, which would shut out half of the syscalls. This
 * one covers what the kernel's reply schemas use. The text is compact (no blanks between tokens) with properties in schema order,
 * as the embedded models were trained to write it.
 */

type Schema = Record<string, unknown>;

/** A repetition is spelled out by the grammar's parser, a rule for each; beyond this, the context's length is the bound. */
const MAX_REPEAT = 400;

const literal = (value: unknown): string => JSON.stringify(JSON.stringify(value));

const BASE = [
  'char ::= [^"\\\\\\x00-\\x1f\\x7f] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])',
  'int ::= "0" | "-"? [1-9] [0-9]{0,8}',
];

/** @throws Error naming the part of the schema that it does not know */
export const gbnfOf = (schema: Schema): string => {
  const rules: string[] = [];
  const named = new Map<string, string>();

  /** Equal sub-schemas share one rule. */
  const rule = (body: string): string => {
    const known = named.get(body);
    if (known !== undefined) return known;
    const name = `r${named.size}`;
    named.set(body, name);
    rules.push(`${name} ::= ${body}`);
    return name;
  };

  const visit = (part: Schema): string => {
    if ('const' in part) return literal(part.const);
    if (Array.isArray(part.enum)) return rule(part.enum.map(literal).join(' | '));
    const choices = part.anyOf ?? part.oneOf;
    if (Array.isArray(choices)) return rule(choices.map(visit).join(' | '));
    switch (part.type) {
      case 'string':
        return rule(stringBody(part));
      case 'integer':
        return integer(part, rule);
      case 'null':
        return '"null"';
      case 'boolean':
        return rule('"true" | "false"');
      case 'array':
        return rule(arrayBody(visit(part.items as Schema), part));
      case 'object':
        return rule(objectBody(part, visit));
      default:
        throw new Error(`The embedded brain's grammar cannot express this part of a schema: ${JSON.stringify(part)}`);
    }
  };

  const root = visit(schema);
  return [`root ::= ${root}`, ...rules, ...BASE].join('\n');
};

const repeat = (item: string, min: number, max: number): string =>
  max > MAX_REPEAT ? (min === 0 ? `${item}*` : `${item}{${min},}`) : `${item}{${min},${max}}`;

const bound = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** A pattern is honoured where it is a fixed start, which is all that the kernel asks for. */
const stringBody = (part: Schema): string => {
  const start = typeof part.pattern === 'string' ? /^\^([^.*+?$()[\]{}|]+)(\.\*)?$/.exec(part.pattern)?.[1] : '';
  if (start === undefined) throw new Error(`The embedded brain's grammar cannot express the pattern ${part.pattern}`);
  const fixed = start.replace(/\\(.)/g, '$1');
  const max = bound(part.maxLength, Number.POSITIVE_INFINITY) - fixed.length;
  const chars = repeat('char', Math.max(0, bound(part.minLength, 0) - fixed.length), max);
  return `"\\"" ${fixed === '' ? '' : `${JSON.stringify(fixed)} `}${chars} "\\""`;
};

/** A small range is listed value by value; a large one is left to whoever reads the reply. */
const integer = (part: Schema, rule: (body: string) => string): string => {
  const [min, max] = [bound(part.minimum, Number.NEGATIVE_INFINITY), bound(part.maximum, Number.POSITIVE_INFINITY)];
  if (max - min > 100) return 'int';
  return rule(Array.from({ length: max - min + 1 }, (_, i) => `"${min + i}"`).join(' | '));
};

const arrayBody = (item: string, part: Schema): string => {
  const min = bound(part.minItems, 0);
  const max = bound(part.maxItems, Number.POSITIVE_INFINITY);
  const items = `${item} ${repeat(`("," ${item})`, Math.max(0, min - 1), max - 1)}`;
  return min === 0 ? `"[" (${items})? "]"` : `"[" ${items} "]"`;
};

/** Properties in schema order; the first one of every object here is required, so a comma can precede each other one. */
const objectBody = (part: Schema, visit: (part: Schema) => string): string => {
  const required = new Set(part.required as string[] | undefined);
  const members = Object.entries((part.properties ?? {}) as Record<string, Schema>).map(([key, value], i) => {
    const member = `${i === 0 ? '' : '"," '}${literal(key)} ":" ${visit(value)}`;
    if (required.has(key)) return member;
    if (i === 0) throw new Error(`The embedded brain's grammar needs a required first property, not ${key}`);
    return `(${member})?`;
  });
  return ['"{"', ...members, '"}"'].join(' ');
};
