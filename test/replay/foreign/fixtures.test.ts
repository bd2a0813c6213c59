/** Files as they once were: every later version must read them alike. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openForeign, verifyForeign } from '../../../src/replay/foreign/index.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/foreign/${name}`, import.meta.url));

test.each([
  ['lamp.journal.log', 4, '45a1dcab', null],
  ['lamp.journal.merkle.jsonl', 8, 'b84ba4da', true],
  ['lamp.trace.jsonl', 4, '45a1dcab', null],
])('%s verifies and opens', async (name, records, head, matchesLog) => {
  const report = await verifyForeign(fixture(name));
  expect(report).toMatchObject({ records, ok: true, breaks: [], matchesLog });
  expect(report.head?.slice(0, 8)).toBe(head);
  const source = await openForeign(fixture(name));
  const { last } = await source.extent();
  expect(last.tick).toBe(4);
  const live = await source.stateAt(last.seq);
  expect(live.info).toMatchObject({ id: name, goal: 'Make the lamp shine.' });
});
