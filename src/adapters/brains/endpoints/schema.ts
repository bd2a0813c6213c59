/** JSON schemas as servers take them. */

/**
 * What samplers of servers choke on, or answer with an error: llama.cpp repeats nothing more than 2,000 times, so that a
 * longer `maxLength` is refused with the whole request, and its older versions take few patterns; vendors know few
 * formats. Every reply is checked against the whole schema anyway.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['$schema', 'pattern', 'format', 'minLength', 'maxLength']);

/** Keywords whose value maps names of the schema's own to schemas. */
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

/** @param names whether the keys are names of the schema's own, not keywords */
const plain = (value: unknown, names: boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => plain(item, false));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => names || !LEFT_OUT.has(key))
      .map(([key, item]) => [
        key,
        !names && (key === 'const' || key === 'enum') ? item : plain(item, !names && NAMED.has(key)),
      ]),
  );
};

export const plainSchema = (schema: Record<string, unknown>): Record<string, unknown> =>
  plain(schema, false) as Record<string, unknown>;

/** For servers that give any JSON object: the object, described. */
export const describedIn = (system: string, schema: Record<string, unknown>): string => {
  const words = 'Reply with one JSON object and nothing else. It has to fit this JSON schema:';
  return `${system === '' ? '' : `${system}\n\n`}${words}\n${JSON.stringify(plainSchema(schema))}`;
};
