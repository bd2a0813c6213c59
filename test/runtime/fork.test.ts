/** Branches: without overrides with simulated brains they go on exactly as their origin did, from any batch on. */
import { describe, expect, test } from 'vitest';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { createMemoryWorld } from '../../src/adapters/worlds/memory.ts';
import { BlobStore } from '../../src/journal/index.ts';
import { DEFAULT_POLICY, type InputOf, type Policy } from '../../src/kernel/index.ts';
import { runBatches } from '../../src/runtime/batches.ts';
import { type Cut, copyBlobs, foldTo, inFlight } from '../../src/runtime/fork.ts';
import { BrainError } from '../../src/runtime/ports.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { branch, cutTo } from './branch.ts';
import { resumed } from './resumed.ts';
import { allRecords, decisions, type RigOptions, rig, scratch } from './rig.ts';

const RATES = { schema: 40, badHandle: 40, thrash: 40, slip: 60, cut: 20 };

const origin = async (options: RigOptions) => {
  const { engine, started, journal, dir } = await rig(options);
  await engine.start(started);
  const ended = await engine.ended;
  await journal.close();
  return { dir, ended, options };
};

type Origin = Awaited<ReturnType<typeof origin>>;

/** Runs a branch to its end. */
const forked = async (from: Origin, cut: Cut, change: Partial<InputOf<'run.forked'>> = {}) => {
  const input = { ...(await branch(from.dir, cut)), ...change };
  const { engine, journal, dir } = await rig({ ...from.options, forked: input });
  copyBlobs(from.dir, dir, input);
  await engine.start(input);
  const ended = await engine.ended;
  await journal.close();
  return { dir, ended, input };
};

const batchesOf = async (dir: string) => {
  const found = [];
  for await (const batch of runBatches(dir)) found.push(batch);
  return found;
};

describe('a fork without overrides goes on exactly as its origin did', () => {
  test('from every batch of a run with traps, cut streams, plan faults and parallel workers', async () => {
    const chaos = [
      { fault: 'brain.cut', target: 'any', times: 3 },
      { fault: 'write.denied', target: 'any', times: 1 },
    ] as const;
    const from = await origin({ task: 'ledger-6', seed: 3, rates: RATES, chaos: [...chaos] });
    const batches = await batchesOf(from.dir);
    for (const [i, { end }] of batches.entries()) {
      if (i === batches.length - 1) break;
      const fork = await forked(from, { seq: end.seq });
      const own = (await batchesOf(fork.dir)).slice(1).map(({ input, events }) => ({ input, events }));
      const rest = batches.slice(i + 1).map(({ input, events }) => ({ input, events }));
      expect(own).toEqual(rest);
      expect(fork.ended).toEqual(from.ended);
    }
  });

  test('from the middle of waits for endpoints that are down', async () => {
    const sim = createSimulatedBrain();
    const flaky = {
      ...sim,
      stream: (request: Parameters<typeof sim.stream>[0]) => {
        if (request.seed % 3 !== 0) return sim.stream(request);
        throw new BrainError('unreachable', 'down', { retryAfterMs: request.seed % 5000 });
      },
    };
    const from = await origin({ planner: flaky, worker: flaky });
    const batches = await batchesOf(from.dir);
    for (const { end, events } of batches) {
      if (!events.some(({ kind }) => kind === 'process.blocked')) continue;
      expect((await forked(from, { seq: end.seq })).ended).toEqual(from.ended);
    }
  });

  test('a fork of a fork, and a resume of one, too', async () => {
    const from = await origin({ rates: RATES });
    const first = await forked(from, { tick: 8 });
    const second = await forked({ ...from, dir: first.dir }, { tick: 14 });
    expect(second.ended).toEqual(from.ended);
    expect(second.input.origin.head).toBe((await allRecords(first.dir))[second.input.origin.seq - 1]?.hash);
    const lost = await rig({ ...from.options, forked: second.input });
    copyBlobs(first.dir, lost.dir, second.input);
    await lost.engine.start(second.input);
    lost.engine.fail(new Error('stopped'));
    await lost.journal.close();
    // Its journal is taken as far as a kernel that was lost left it.
    const dir = cutTo(lost.dir, 'runtime.failed');
    expect((await resumed(dir, from.options)).ended).toEqual(from.ended);
  });
});

describe('a fork is self-contained', () => {
  test('its decisions verify without its origin, and it names origin, record and head hash', async () => {
    const from = await origin({ rates: RATES });
    const { dir, input } = await forked(from, { tick: 10 });
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true, divergence: null, missing: [], ended: true });
    const [first] = await allRecords(dir);
    expect(first).toMatchObject({ class: 'input', kind: 'run.forked', seq: 1, origin: input.origin });
    const records = await allRecords(from.dir);
    expect(records[input.origin.seq - 1]?.hash).toBe(input.origin.head);
  });

  test('the texts that it names by digest come along', async () => {
    const from = await origin({ rates: RATES });
    const input = await branch(from.dir, { tick: 10 });
    const { sha256 } = new BlobStore(from.dir).put('a page that was stored once');
    const lost = 'f'.repeat(64);
    const dir = scratch();
    copyBlobs(from.dir, dir, { ...input, state: JSON.stringify({ pages: [{ sha256 }, { sha256: lost }] }) });
    expect(new BlobStore(dir).look(sha256)).toBe('a page that was stored once');
    expect(new BlobStore(dir).look(lost)).toMatchObject({ why: 'absent' });
  });

  test('what the world remembers of its writes comes along', async () => {
    const world = createMemoryWorld({});
    await world.perform({ op: 'SYS_WRITE', target: 'a', mode: 'append', content: 'x' }, AbortSignal.timeout(1000));
    const files = Object.fromEntries(await world.files());
    const other = createMemoryWorld(files);
    await other.restoreTo(await world.hash(), { past: await world.past(), writes: [] });
    const log = { op: 'SYS_GIT_LOG', target: './', limit: 9 } as const;
    expect(await other.perform(log, AbortSignal.timeout(1000))).toEqual(
      await world.perform(log, AbortSignal.timeout(1000)),
    );
  });
});

describe('overrides', () => {
  test('another seed draws anew from there on', async () => {
    const from = await origin({ rates: RATES });
    const { dir, ended } = await forked(from, { tick: 6 }, { seed: 77, overridden: ['seed'] });
    expect(ended.stateHash).not.toBe(from.ended.stateHash);
    expect(decisions(await allRecords(dir))).not.toEqual(decisions(await allRecords(from.dir)));
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true });
  });

  test('another policy counts at once: frames are composed anew, the panic budget moves by the difference', async () => {
    const from = await origin({ rates: RATES });
    const policy: Policy = { ...DEFAULT_POLICY, frame: { limit: 2048, pageTokens: 16 }, panicBudget: 7 };
    const { dir } = await forked(from, { tick: 6 }, { policy, overridden: ['policy'] });
    const records = await allRecords(dir);
    const frames = records.filter(({ kind }) => kind === 'frame.composed');
    expect(frames.length).toBeGreaterThan(3);
    for (const { limit, size } of frames) expect([limit, (size as number) <= 2048]).toEqual([2048, true]);
    expect(records.find(({ kind }) => kind === 'run.branched')?.panicLeft).toBe(7);
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true });
  });

  test('other faults take the place of those that were armed', async () => {
    const chaos = [{ fault: 'write.denied', target: 'any', times: 9 } as const];
    const from = await origin({ chaos });
    const { dir } = await forked(from, { tick: 3 }, { chaos: [], overridden: ['chaos'] });
    expect((await allRecords(dir)).some(({ kind }) => kind === 'fault.triggered')).toBe(false);
  });

  test('a fork of a paused run goes on', async () => {
    const { engine, started, journal, dir } = await rig({ rates: RATES });
    await engine.start(started);
    await engine.command('test', '', { command: 'pause' });
    const fork = await forked({ dir, options: { rates: RATES } } as never, { seq: engine.seq + 1 });
    expect(fork.ended.outcome).toBe('passed');
    engine.fail(new Error('enough'));
    await journal.close();
  });
});

describe('where a fork can be cut', () => {
  const why = async (dir: string, cut: Cut): Promise<string> =>
    foldTo(dir, '00c0ffee', cut).then(
      () => 'it could',
      (error: Error) => error.message,
    );

  test('at a record: after the last batch that ends there or before', async () => {
    const { dir } = await origin({});
    const batches = await batchesOf(dir);
    const [, second, third] = batches;
    const at = async (seq: number) => (await foldTo(dir, 'x', { seq })).head.seq;
    expect(await at(second?.end.seq ?? 0)).toBe(second?.end.seq);
    expect(await at((third?.end.seq ?? 0) - 1)).toBe(second?.end.seq);
  });

  test('at a tick: what came before stays, what the tick sees and says is had anew', async () => {
    const { dir } = await origin({});
    const fold = await foldTo(dir, 'x', { tick: 5 });
    expect(fold.state.tick).toBeGreaterThanOrEqual(5);
    expect(inFlight(fold).some((request) => 'tick' in request && request.tick === 5)).toBe(true);
  });

  test('not before the beginning, not at the end, not at a tick that never was', async () => {
    const { dir, ended } = await origin({});
    const { length } = await allRecords(dir);
    expect(await why(dir, { seq: 1 })).toMatch(/cannot be forked there: it had not begun; name a later record/);
    expect(await why(dir, { seq: length })).toMatch(/it had ended by record \d+, at t\d+; name an earlier record/);
    expect(await why(dir, { tick: ended.ticks + 1 })).toMatch(/its last tick is t\d+; name that one/);
  });
});
