import { describe, expect, it } from 'vitest';
import { gbnfOf } from '../../src/adapters/brains/embedded-grammar.ts';
import { replyJsonSchema } from '../../src/kernel/syscalls.ts';

const rootOf = (schema: Record<string, unknown>): string => gbnfOf(schema).split('\n')[0] ?? '';

describe('gbnfOf', () => {
  it('writes constants as JSON text', () => {
    expect(rootOf({ const: 'a"b' })).toBe(String.raw`root ::= "\"a\\\"b\""`);
    expect(rootOf({ type: 'null' })).toBe('root ::= "null"');
  });

  it('makes a comma part of each optional property', () => {
    const object = {
      type: 'object',
      properties: { op: { const: 'X' }, path: { type: 'string' } },
      required: ['op'],
    };
    expect(gbnfOf(object)).toContain(String.raw`"{" "\"op\"" ":" "\"X\"" ("," "\"path\"" ":" r0)? "}"`);
  });

  it('keeps a fixed start of a string and bounds its length', () => {
    const start = { type: 'string', pattern: '^sys:\\/\\/.*', maxLength: 20 };
    expect(gbnfOf(start)).toContain('"sys://" char{0,14}');
  });

  it('lists small ranges of integers', () => {
    expect(gbnfOf({ type: 'integer', minimum: 0, maximum: 2 })).toContain('"0" | "1" | "2"');
  });

  it('bounds arrays', () => {
    const array = { type: 'array', items: { type: 'null' }, minItems: 1, maxItems: 3 };
    expect(gbnfOf(array)).toContain('"[" "null" ("," "null"){0,2} "]"');
  });

  it('names what it cannot express', () => {
    expect(() => gbnfOf({ not: {} })).toThrow(/cannot express/);
    expect(() => gbnfOf({ type: 'string', pattern: '[a-z]+$' })).toThrow(/pattern/);
  });

  it.each(['planner', 'worker'] as const)('covers the reply schema of a %s', (role) => {
    const grammar = gbnfOf(replyJsonSchema(role));
    expect(grammar.includes('SYS_MAP_REDUCE')).toBe(role === 'planner');
  });
});
