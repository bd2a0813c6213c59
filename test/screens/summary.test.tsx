import { expect, test } from 'vitest';
import { summaryText } from '../../src/screens/summary.tsx';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import { eventfulRun } from '../store/demo-run.ts';

test('what is left on the normal screen: one table, and how to go on', () => {
  const live = eventfulRun().records.reduce(foldLive, emptyLive);
  const text = summaryText(live, false, 80);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toMatch(/state .*ticks .*traps .*tokens/);
  expect(text).toMatch(/7f3a0c1d ledger-12[\s\S]*THRASHING .*tiny\+tiny-early .*45/);
  expect(text).toContain('turingos attach 7f3a0c1d');
  expect(summaryText(live, true, 120)).toContain('turingos verify 7f3a0c1d');
  expect(summaryText(emptyLive, false, 80)).toBe('');
});
