/** Another brain for a role, while a run is under way; and what else an operator changes of it. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { faultyWorld } from '../../src/adapters/chaos/faulty-world.ts';
import { graderOf, loadTask } from '../../src/adapters/tasks/index.ts';
import { createMemoryWorld } from '../../src/adapters/worlds/memory.ts';
import { openJournal } from '../../src/journal/index.ts';
import { DEFAULT_POLICY, type OperatorCommand } from '../../src/kernel/index.ts';
import { Engine } from '../../src/runtime/engine.ts';
import type { Brain } from '../../src/runtime/ports.ts';
import { noteResume, reopen } from '../../src/runtime/resume.ts';
import { brainsAfter, SwapReader } from '../../src/runtime/swapped-brains.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { allRecords, scratch } from './rig.ts';
import { delta, end, hanging, scripted } from './slow-brain.ts';

const swap = (brain: Brain): OperatorCommand => ({
  command: 'swap',
  role: 'planner',
  profile: 'other',
  brain: { name: brain.name, digest: brain.digest, simulated: brain.simulated },
  seat: '{"made":"of this"}',
});

const seat = (brain: Brain) => ({ brain, system: '', constrained: false });

/** An engine in which `other` is swapped in where a swap asks for it. */
const engineWith = async (planner: Brain, other: Brain, dir = scratch(), policy = DEFAULT_POLICY) => {
  const task = loadTask('ledger-4', 1);
  const journal = await openJournal(dir, { run: '00c0ffee', fsync: 'never' });
  onTestFinished(() => journal.close());
  const world = faultyWorld(createMemoryWorld(task.files));
  const seats = { planner: seat(planner), worker: seat(createSimulatedBrain({ rates: {} })) };
  const grader = graderOf(task.judge, null);
  const engine = new Engine({ journal, seats, swapped: () => seat(other), world, grader });
  const name = ({ name, digest, simulated }: Brain) => ({ name, digest, simulated });
  const started = {
    kind: 'run.started' as const,
    task: task.spec,
    policy,
    seed: 1,
    planner: name(planner),
    worker: name(seats.worker.brain),
    world: { kind: 'memory' as const, hash: await world.hash(), files: task.files },
    chaos: [],
  };
  return { dir, journal, engine, started };
};

describe('a brain that is swapped', () => {
  test('answers from the next request on; what is in flight is answered by whom it was asked of', async () => {
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const slow = scripted(async function* () {
      begun.resolve();
      await go.promise;
      yield delta('{"q":"old","mind":[],"world":null}');
      yield end();
    });
    const { engine, started, journal, dir } = await engineWith(slow, createSimulatedBrain({ rates: {} }));
    await engine.start(started);
    await begun.promise;
    await engine.command('test', 'too slow', swap(createSimulatedBrain({ rates: {} })));
    go.resolve();
    expect(await engine.ended).toMatchObject({ outcome: 'passed' });
    await journal.close();
    const replies = (await allRecords(dir)).filter(({ kind }) => kind === 'reply.accepted');
    expect(replies[0]).toMatchObject({ pid: 1, q: 'old' });
    expect(replies.filter(({ q }) => q === 'old')).toHaveLength(1);
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true, ended: true });
  });

  test('is known from the journal, and a resume goes on with it', async () => {
    const begun = Promise.withResolvers<void>();
    const sim = createSimulatedBrain({ rates: {} });
    const first = await engineWith(hanging('half', begun.resolve), sim);
    await first.engine.start(first.started);
    await begun.promise;
    await first.engine.command('test', '', swap(sim), 'once');
    await first.journal.close();
    expect(brainsAfter(await new SwapReader(first.dir).read())).toEqual({
      planner: { name: sim.name, digest: sim.digest, simulated: true, profile: 'other', seat: '{"made":"of this"}' },
    });
    const journal = await openJournal(first.dir, { run: '00c0ffee', fsync: 'never' });
    const fold = await reopen(journal, first.dir, '00c0ffee');
    noteResume(journal, fold);
    expect(fold.simulated).toEqual({ planner: true, worker: true });
    const task = loadTask('ledger-4', 1);
    const seats = { planner: seat(sim), worker: seat(sim) };
    const world = createMemoryWorld(task.files);
    const engine = new Engine({ journal, seats, world, grader: graderOf(task.judge, null) });
    engine.resume(fold);
    // The same id is told what it did before the kernel was lost.
    const again = engine.command('test', '', swap(sim), 'once').catch(() => undefined);
    expect(await again).toMatchObject({
      repeated: true,
      events: expect.arrayContaining([expect.objectContaining({ kind: 'brain.swapped' })]),
    });
    expect(await engine.ended).toMatchObject({ outcome: 'passed' });
    await journal.close();
    expect(await verifyDecisions(first.dir)).toMatchObject({ ok: true, ended: true });
  });
});

describe('a run that is limited in time', () => {
  test('ends as LIMIT; pauses and time without a kernel do not count', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const begun = Promise.withResolvers<void>();
    const policy = { ...DEFAULT_POLICY, limits: { ...DEFAULT_POLICY.limits, wallMs: 60_000 } };
    const hangs = hanging('', begun.resolve);
    const { engine, started } = await engineWith(hangs, hangs, scratch(), policy);
    await engine.start(started);
    await begun.promise;
    await vi.advanceTimersByTimeAsync(40_000);
    await engine.command('test', '', { command: 'pause' });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(engine.state.phase).toBe('paused');
    await engine.command('test', '', { command: 'unpause' });
    await vi.advanceTimersByTimeAsync(19_000);
    expect(engine.state.phase).toBe('active');
    await vi.advanceTimersByTimeAsync(1001);
    expect(await engine.ended).toMatchObject({ outcome: 'limit', reason: 'wall time limit 1m reached' });
  });
});
