/** JSON schemas in words, for the tables of generated docs. */

export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  description?: string;
  minimum?: number;
  maximum?: number;
  unit?: string | undefined;
}

/** A schema as one short line of text. */
export const typeText = (schema: JsonSchema, depth = 0): string => {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined)
    return depth > 1 ? 'object' : choices.map((choice) => typeText(choice, depth + 1)).join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {}, depth + 1)}`;
  if (schema.type === 'object') {
    const names = Object.keys(schema.properties ?? {});
    if (names.length === 0) return 'map';
    return depth > 1 ? 'object' : `{${names.join(', ')}}`;
  }
  return Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any');
};

export const cell = (text: string): string => text.replaceAll('|', '\\|');
