import { describe, expect, it } from 'vitest';
import { generateRows } from '../../models/generate.ts';
import { heldOut } from '../../models/row.ts';
import { Reply } from '../../src/kernel/syscalls.ts';

const train = generateRows(11, 1500, false);
const held = generateRows(12, 1500, true);

describe('the rows that the model learns from', () => {
  it('are the same for the same seed', () => {
    expect(generateRows(11, 50, false)).toEqual(train.slice(0, 50));
    expect(generateRows(13, 50, false)).not.toEqual(train.slice(0, 50));
  });

  it('hold replies of the kernel’s grammar, written as compactly as JSON can be', () => {
    for (const { reply } of [...train, ...held]) {
      const parsed = Reply.parse(JSON.parse(reply));
      expect(JSON.stringify({ q: parsed.q, mind: parsed.mind, world: parsed.world })).toBe(reply);
    }
  });

  it('never ask for a combination that the kernel forbids', () => {
    for (const { role, reply } of train) {
      const { mind, world } = Reply.parse(JSON.parse(reply));
      if (world?.op === 'SYS_HALT' || world?.op === 'SYS_MAP_REDUCE') expect(mind).toEqual([]);
      if (role === 'worker') expect(world?.op).not.toBe('SYS_MAP_REDUCE');
    }
  });

  it('name only handles that the frame shows', () => {
    for (const { frame, reply } of train) {
      const hold = /\[hold\]\n((?:h\d+ .*\n)*)/.exec(frame)?.[1] ?? '';
      for (const [, cap] of reply.matchAll(/"cap":"([^"]+)"/g)) expect(hold).toContain(`${cap} `);
    }
  });

  it('write sums that are right', () => {
    const sums = train.filter(({ kind }) => /^worker\.(sum|add)/.test(kind));
    expect(sums.length).toBeGreaterThan(300);
    for (const { key, reply } of sums) {
      const [a, b] = key.split(' ').map(Number) as [number, number];
      expect(Reply.parse(JSON.parse(reply)).world).toEqual({ op: 'SYS_HALT', result: String(a + b) });
    }
  });

  it('keep what is held out apart from what is trained on', () => {
    const sumsOf = (rows: typeof train) =>
      rows.filter(({ kind }) => /^worker\.(sum|add)/.test(kind)).map(({ key }) => key);
    const side = (key: string): boolean => {
      const [a, b] = key.split(' ').map(Number) as [number, number];
      return heldOut(`sum ${Math.min(a, b)} ${Math.max(a, b)}`);
    };
    expect(sumsOf(train).some(side)).toBe(false);
    expect(sumsOf(held).every(side)).toBe(true);
  });

  it('cover every trap and state', () => {
    const kinds = new Set(train.flatMap(({ kind }) => kind.split('+')));
    for (const kind of [
      'planner.start',
      'planner.remap',
      'planner.rejected',
      'planner.lost',
      'planner.hello',
      'worker.read',
      'worker.copy',
    ]) {
      expect(kinds).toContain(kind);
    }
    for (const code of [
      'CPU_FAULT',
      'CAUSALITY',
      'EACCES',
      'ILLEGAL_HALT',
      'THRASH_ROUTE',
      'THRASH_MIND',
      'WATCHDOG',
      'PERIOD_LOOP',
      'IO_FAULT',
      'DEADLINE',
    ]) {
      expect(kinds).toContain(code);
    }
  });
});
