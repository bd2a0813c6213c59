import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogue } from '../../scripts/docs-events.ts';
import { CATALOGUE } from '../../src/kernel/records/index.ts';

it('docs/events.md is what the schemas say; `npm run docs:events` writes it', () => {
  expect(readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')).toBe(catalogue());
});

it('every kind of record says in one sentence what it means', () => {
  for (const kinds of Object.values(CATALOGUE)) {
    for (const [kind, schema] of Object.entries(kinds)) expect(schema.description, kind).toMatch(/^[A-Z].*\.$/);
  }
});
