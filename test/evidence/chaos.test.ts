import { describe, expect, it } from 'vitest';
import { sweepReport, sweepTable } from '../../src/evidence/chaos/sweep.ts';
import { FaultTally } from '../../src/evidence/chaos/tally.ts';
import { ThrashStretches } from '../../src/evidence/chaos/thrashing.ts';
import type { Rec } from '../../src/store/record.ts';

const rec = (kind: string, fields: object = {}, cls: Rec['class'] = 'event', seq = 1): Rec =>
  ({ seq, ts: '', run: 'r', class: cls, kind, ...fields }) as unknown as Rec;

const tallied = (...records: Rec[]) => {
  const fold = new FaultTally();
  for (const each of records) fold.see(each);
  return fold.tally;
};
const armed = (id: number, fault: string) =>
  rec('fault.armed', { id, spec: { fault, target: 'any', rate: 50 }, by: 'plan' });
const died = rec('run.ended', { outcome: 'dead', reason: 'panic_budget_exhausted', ticks: 30 });

describe('a sweep', () => {
  const first = tallied(
    armed(1, 'write.denied'),
    armed(2, 'exec.timeout'),
    armed(3, 'cap.swapped'),
    rec('route.dispatched', { pid: 1, tick: 4 }),
    rec('op.requested', { fault: { id: 1, fault: 'write.denied' } }),
    rec('fault.triggered', { id: 1, fault: 'write.denied', pid: 1, tick: 4 }),
    rec('fault.recovered', { id: 1, pid: 1, tick: 7, ticks: 3 }),
    rec('op.requested', { fault: { id: 1, fault: 'write.denied' } }),
    rec('route.dispatched', { pid: 1, tick: 9 }),
    rec('fault.triggered', { id: 3, fault: 'cap.swapped', pid: 1, tick: 9 }),
    died,
  );
  const second = tallied(
    armed(1, 'write.denied'),
    armed(2, 'exec.timeout'),
    armed(3, 'cap.swapped'),
    rec('op.requested', { fault: { id: 1, fault: 'write.denied' } }),
    rec('fault.triggered', { id: 1, fault: 'write.denied', pid: 2, tick: 2 }),
    rec('fault.recovered', { id: 1, pid: 2, tick: 4, ticks: 2 }),
    rec('route.dispatched', { pid: 2, tick: 9 }),
  );

  it('counts by kind: armed, injected, triggered, recovered, deaths, ticks to recovery', () => {
    const report = sweepReport([first, second]);
    expect(report).toMatchObject({ runs: 2, outcomes: { dead: 1, gone: 1 }, never: ['exec.timeout'] });
    const row = { armed: 2, injected: 3, triggered: 2, recovered: 2, deaths: 1, meanTicks: 2.5 };
    expect(report.classes[0]).toEqual({ fault: 'write.denied', ...row });
    expect(report.classes[2]).toMatchObject({
      fault: 'cap.swapped',
      injected: 1,
      triggered: 1,
      recovered: 0,
      meanTicks: null,
    });
    expect(sweepTable(report).map((cells) => cells.at(-1))).toEqual([
      'mean ticks to recovery',
      '2.5',
      'never triggered',
      'none recovered',
    ]);
  });

  it('keeps what triggered in order, and where a run stood that never ended', () => {
    expect(first.triggered).toEqual(['write.denied 1#1', 'cap.swapped 1#2']);
    expect(second).toMatchObject({ outcome: null, ticks: 9 });
  });
});

describe('thrashing', () => {
  /** Batches of an input and one event, with the event's seq twice the batch's number. */
  const batches = (...events: (readonly [string, object] | null)[]) => {
    const fold = new ThrashStretches();
    events.forEach((event, i) => {
      fold.see(rec('deadline.passed', {}, 'input', 2 * i + 1));
      if (event !== null) fold.see(rec(event[0], event[1], 'event', 2 * i + 2));
    });
    return { stretches: fold.end(), episodes: fold.episodes };
  };
  const spawned = ['process.spawned', { pid: 1 }] as const;
  const progress = (pid = 1) => ['tick.committed', { pid, progress: 'write' }] as const;
  const idle = ['tick.committed', { pid: 1, progress: null }] as const;
  const loop = (pid = 1) => ['trap.raised', { pid, code: 'THRASH_ROUTE' }] as const;
  const fault = ['trap.raised', { pid: 1, code: 'CPU_FAULT' }] as const;

  it('reaches from the batch after the last progress to the batch of the next one', () => {
    const { stretches, episodes } = batches(spawned, progress(), idle, loop(), loop(), idle, progress(), idle);
    expect({ stretches, episodes }).toEqual({ stretches: [{ from: 5, to: 14 }], episodes: 1 });
  });

  it('is no stretch without a loop trap', () => {
    expect(batches(spawned, idle, fault, progress(), fault).stretches).toEqual([]);
  });

  it('ends with a panic reset, with the process, with the run, or where the journal does', () => {
    const end = ['run.ended', { outcome: 'dead' }] as const;
    expect(batches(spawned, loop(), ['panic.spent', { pid: 1 }], idle).stretches).toEqual([{ from: 1, to: 6 }]);
    expect(batches(spawned, loop(), ['process.ended', { pid: 1 }], null).stretches).toEqual([{ from: 1, to: 6 }]);
    expect(batches(spawned, progress(), loop(), end).stretches).toEqual([{ from: 5, to: 8 }]);
    expect(batches(spawned, progress(), loop(), idle).stretches).toEqual([{ from: 5, to: 8 }]);
  });

  it('of two processes at once is one stretch; apart they are two', () => {
    const two = ['process.spawned', { pid: 2 }] as const;
    const both = batches(spawned, two, loop(1), loop(2), progress(1), idle, progress(2));
    expect(both).toEqual({ stretches: [{ from: 1, to: 14 }], episodes: 2 });
    const apart = batches(spawned, progress(), loop(), progress(), idle, progress(), loop(), progress());
    expect(apart.stretches).toEqual([
      { from: 5, to: 8 },
      { from: 13, to: 16 },
    ]);
  });
});
