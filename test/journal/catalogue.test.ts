import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reservedKey } from '../../src/journal/record.ts';
import { CATALOGUE } from '../../src/kernel/records/index.ts';

const kinds = Object.entries(CATALOGUE).flatMap(([cls, schemas]) =>
  Object.entries(schemas).map(([kind, schema]) => ({ cls, kind, schema })),
);

describe('the record catalogue', () => {
  it.each(kinds)('has no field in $cls $kind that the envelope needs', ({ schema }) => {
    if (!(schema instanceof z.ZodObject)) throw new Error('not an object schema');
    expect(reservedKey(schema.shape)).toBeUndefined();
  });
});
