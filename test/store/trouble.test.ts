import { describe, expect, test } from 'vitest';
import type { Rec } from '../../src/store/record.ts';
import { troubleIn } from '../../src/store/trouble.ts';
import { eventfulRun } from './demo-run.ts';

const { records } = eventfulRun();
const upTo = (fits: (rec: Rec) => boolean): Rec[] => records.slice(0, records.findIndex(fits) + 1);

describe('what troubles a run', () => {
  test('nothing, as long as no trap of a loop was raised', () => {
    expect(troubleIn(upTo((rec) => rec.kind === 'map.joined'))).toBeNull();
  });
  test('a panic reset, until there is progress', () => {
    expect(troubleIn(upTo((rec) => rec.kind === 'panic.spent'))).toBe('PANIC');
    const spent = records.findIndex((rec) => rec.kind === 'panic.spent');
    const progress = records.findIndex(
      (rec, i) => i > spent && rec.kind === 'tick.committed' && rec.pid === 1 && rec.progress !== null,
    );
    expect(troubleIn(records.slice(0, progress + 1))).toBeNull();
  });
  test('thrashing, at the end', () => {
    expect(troubleIn(records)).toBe('THRASHING');
    expect(troubleIn(records.slice(-40))).toBe('THRASHING');
  });
});
