import { expect, test } from 'vitest';
import { summaryText } from '../../src/screens/summary.tsx';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import { eventfulRun } from '../store/demo-run.ts';

test('what is left on the normal screen: one table, and how to go on', () => {
  const live = eventfulRun().records.reduce(foldLive, emptyLive);
  const text = summaryText(live, false, 80);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toMatch(/state .*ticks .*traps .*tokens/);
  expect(text).toMatch(/7f3a0c1d ledger-12 {3}P tiny {3}W tiny-early\n[\s\S]*THRASHING .*45/);
  expect(text).toContain('turingos attach 7f3a0c1d');
  expect(summaryText(live, true, 120)).toContain('turingos resume 7f3a0c1d');
  const lost = summaryText(live, true, 120, "The run's journal is gone, deleted or moved");
  expect(lost).toContain("The run's journal is gone, deleted or moved: nothing of it can be resumed.");
  expect(lost).not.toContain('turingos resume');
  const longest = {
    ...live,
    kernel: { ...live.kernel, tick: 1_000_000 },
    info: { ...live.info, tokensIn: 123_456_789, endedMs: live.info.startedMs + 724_000_000 },
    traps: { ...live.traps, total: 100_000 },
  };
  for (const line of summaryText(longest, false, 80).split('\n')) expect(line.length).toBeLessThanOrEqual(79);
  expect(summaryText(emptyLive, false, 80)).toBe('');
});
