/** Where two runs part, and what came of each. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type InputOf } from '../../src/kernel/index.ts';
import { diffRuns } from '../../src/runtime/diff.ts';
import { type FieldDiff, fieldDiffs } from '../../src/runtime/field-diff.ts';
import { type Cut, copyBlobs } from '../../src/runtime/fork.ts';
import { branch } from './branch.ts';
import { type RigOptions, rig, scratch } from './rig.ts';

const RATES = { schema: 40, badHandle: 40, thrash: 40, slip: 60, cut: 20 };

/** Runs as they lie beside one another in a home. */
class Home {
  readonly #home = scratch();
  #made = 0;

  async run(options: RigOptions = {}) {
    this.#made += 1;
    const run = `0000000${this.#made}`;
    const { engine, started, journal, dir } = await rig({ rates: RATES, ...options, at: join(this.#home, run), run });
    await engine.start(options.forked ?? started);
    const ended = await engine.ended;
    await journal.close();
    return { id: run, dir, ended };
  }

  async fork(from: { id: string; dir: string }, cut: Cut, change: Partial<InputOf<'run.forked'>> = {}) {
    const input = { ...(await branch(from.dir, cut)), ...change };
    input.origin = { ...input.origin, run: from.id };
    const fork = await this.run({ forked: input });
    copyBlobs(from.dir, fork.dir, input);
    return fork;
  }
}

const fields = (diffs: readonly FieldDiff[] = []): string[] => diffs.map(({ field }) => field);

describe('diff', () => {
  test('two runs of one seed decide alike', async () => {
    const home = new Home();
    const [a, b] = [await home.run(), await home.run()];
    const diff = await diffRuns(a, b);
    expect(diff).toMatchObject({ same: true, parted: null, since: null, begun: [] });
    expect(diff.a).toEqual(diff.b);
    expect(diff.a).toMatchObject({ outcome: 'passed', ticks: a.ended.ticks, stateHash: a.ended.stateHash });
  });

  test('a run and itself', async () => {
    const a = await new Home().run();
    expect(await diffRuns(a, a)).toMatchObject({ same: true });
  });

  test('other error rates: the first reply that differs, on both sides, by field', async () => {
    const home = new Home();
    const diff = await diffRuns(await home.run(), await home.run({ rates: { schema: 900 } }));
    expect(diff.same).toBe(false);
    const { a, b } = diff.parted ?? {};
    expect(a).toMatchObject({ run: '00000001', kind: 'brain.replied', pid: 1 });
    expect(b).toMatchObject({ run: '00000002', kind: 'brain.replied', pid: 1, seq: a?.seq, tick: a?.tick });
    expect(fields(diff.parted?.fields)).toContain('text');
    // The rates of a simulated brain are part of what it is.
    expect(fields(diff.begun)).toEqual(['planner.digest', 'worker.digest']);
    expect(diff.b.traps.CPU_FAULT).toBeGreaterThan(diff.a.traps.CPU_FAULT ?? 0);
  });

  test('another policy is told first', async () => {
    const home = new Home();
    const policy = { ...DEFAULT_POLICY, panicBudget: 9 };
    const diff = await diffRuns(await home.run(), await home.run({ policy }));
    expect(diff.begun).toEqual([{ field: 'policy.panicBudget', a: 3, b: 9 }]);
  });

  test('a fork that changes nothing decides like its origin from the fork on', async () => {
    const home = new Home();
    const origin = await home.run();
    const fork = await home.fork(origin, { tick: 9 });
    const diff = await diffRuns(origin, fork);
    expect(diff).toMatchObject({ same: true, parted: null, since: { run: origin.id } });
    expect(diff.a).toEqual(diff.b);
    expect(await diffRuns(fork, origin)).toMatchObject({ same: true });
  });

  test('forks of different places, and a fork of a fork, begin to be compared where they come from', async () => {
    const home = new Home();
    const origin = await home.run();
    const early = await home.fork(origin, { tick: 5 });
    const late = await home.fork(origin, { tick: 12 });
    const again = await home.fork(late, { tick: 15 });
    expect(await diffRuns(early, late)).toMatchObject({ same: true });
    expect(await diffRuns(early, again)).toMatchObject({ same: true });
    expect((await diffRuns(late, again)).since?.run).toBe(late.id);
  });

  test('forks with other seeds part after the fork, not before', async () => {
    const home = new Home();
    const origin = await home.run();
    const one = await home.fork(origin, { tick: 6 }, { seed: 5, overridden: ['seed'] });
    const diff = await diffRuns(origin, one);
    expect(diff.same).toBe(false);
    expect(diff.begun).toEqual([{ field: 'seed', a: 1, b: 5 }]);
    expect(diff.parted?.a?.seq).toBeGreaterThan(diff.since?.seq ?? 0);
  });
});

describe('fields', () => {
  test('what differs, by path; one side may lack it', () => {
    expect(fieldDiffs({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3], d: 'x' } })).toEqual([
      { field: 'b.c.1', a: 2, b: 3 },
      { field: 'b.d', a: null, b: 'x' },
    ]);
    expect(fieldDiffs(1, '1')).toEqual([{ field: '', a: 1, b: '1' }]);
    expect(fieldDiffs({ a: [] }, { a: {} })).toEqual([{ field: 'a', a: [], b: {} }]);
  });
});
