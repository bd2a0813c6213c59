import { expect, test } from 'vitest';
import { payloadProblem } from '../../src/kernel/index.ts';
import { eventfulRun } from './demo-run.ts';

test('the demo records are valid, and hold what the screens are tested with', () => {
  const { records } = eventfulRun();
  for (const { seq: _seq, ts: _ts, run: _run, class: recordClass, ...payload } of records) {
    expect(payloadProblem(recordClass, payload)).toBeUndefined();
  }
  const kinds = new Set(records.map((record) => record.kind));
  for (const kind of ['panic.spent', 'capability.denied', 'map.joined', 'vote.cast', 'reply.rejected', 'trap.raised']) {
    expect(kinds).toContain(kind);
  }
  const thrash = records.filter((record) => record.kind === 'trap.raised' && record.code === 'THRASH_ROUTE');
  expect(thrash.length).toBeGreaterThan(0);
});
