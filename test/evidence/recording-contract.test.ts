/** The recording contract: what the evidence needs is in the journal, and nothing else is looked at. */
import { describe, expect, test } from 'vitest';
import { contextProfile } from '../../src/evidence/context-profile.ts';
import { latencyTable } from '../../src/evidence/latency.ts';
import { quantile } from '../../src/evidence/quantile.ts';
import { schemaViolations } from '../../src/evidence/schema-violations.ts';
import type { JournalRecord } from '../../src/journal/index.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { allRecords, rig } from '../runtime/rig.ts';

const recorded = async (schema: number): Promise<JournalRecord[]> => {
  const { engine, started, journal, dir } = await rig({ seed: 3, rates: { schema } });
  await engine.start(started);
  await engine.ended;
  await journal.close();
  return await allRecords(dir);
};

describe('from the journal of a run', () => {
  test('a latency table: count, first token and total, by role', async () => {
    const records = await recorded(0);
    const [planner, worker] = latencyTable(records);
    const replies = records.filter(({ kind }) => kind === 'brain.replied').length;
    expect((planner?.count ?? 0) + (worker?.count ?? 0)).toBe(replies);
    expect(planner).toMatchObject({ role: 'planner', firstTokenMs: { p50: 20, p95: 20 }, tokensPerSecond: 50 });
    expect(worker?.totalMs.p95).toBeGreaterThanOrEqual(worker?.totalMs.p50 ?? Number.POSITIVE_INFINITY);
    expect(worker?.totalMs.p50).toBeGreaterThan(20);
  });

  test('the rate of schema violations, by role', async () => {
    const clean = schemaViolations(await recorded(0));
    expect(clean.map(({ violations }) => violations)).toEqual([0, 0]);
    const [planner, worker] = schemaViolations(await recorded(300));
    const [replies, violations] = [
      (planner?.replies ?? 0) + (worker?.replies ?? 0),
      (planner?.violations ?? 0) + (worker?.violations ?? 0),
    ];
    expect(violations / replies).toBeGreaterThan(0.1);
    expect(violations / replies).toBeLessThan(0.6);
    expect(worker?.rate).toBe((worker?.violations ?? 0) / (worker?.replies ?? 1));
  });

  test('a profile of the context: the size of each frame, none over its limit', async () => {
    const records = await recorded(0);
    const { frames, p50, p95, max } = contextProfile(records);
    const asked = records.filter(({ kind }) => kind === 'brain.requested');
    expect(frames.map(({ size }) => size)).toEqual(asked.map(({ frame }) => (frame as string).length));
    expect(frames.map(({ tick }) => tick)).toEqual(asked.map(({ tick }) => tick));
    expect([p50 <= p95, p95 <= max, max <= DEFAULT_POLICY.frame.limit]).toEqual([true, true, true]);
  });
});

test.each([
  [[], 0.5, 0],
  [[7], 0.95, 7],
  [[4, 1, 3, 2], 0.5, 2],
  [[4, 1, 3, 2], 0.95, 4],
  [[4, 1, 3, 2], 0, 1],
])('the quantile of %j at %d is %d', (values, share, expected) => {
  expect(quantile(values, share)).toBe(expected);
});

test('a stream that was cut off counts as no reply', () => {
  const record = (fields: Record<string, unknown>): JournalRecord => fields as unknown as JournalRecord;
  const rows = schemaViolations([
    record({ kind: 'process.spawned', pid: 1, role: 'planner' }),
    record({ kind: 'reply.rejected', pid: 1, code: 'CPU_FAULT', field: 'stream' }),
    record({ kind: 'reply.rejected', pid: 1, code: 'CPU_FAULT', field: 'json' }),
    record({ kind: 'reply.rejected', pid: 1, code: 'EACCES', field: 'world.cap' }),
    record({ kind: 'reply.accepted', pid: 1 }),
  ]);
  expect(rows[0]).toEqual({ role: 'planner', replies: 3, violations: 1, rate: 1 / 3 });
});
