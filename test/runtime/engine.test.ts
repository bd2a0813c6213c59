import { setImmediate as macrotask } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { verifyChain } from '../../src/journal/index.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { RunOver } from '../../src/runtime/engine.ts';
import { BrainError } from '../../src/runtime/ports.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { allRecords, decisions, rig } from './rig.ts';
import { delta, end, hanging, scripted } from './slow-brain.ts';

const RATES = { schema: 40, badHandle: 40, thrash: 40, slip: 60, cut: 20 };

describe('a run of simulated brains', () => {
  test('comes to its end, and its journal verifies', async () => {
    const { engine, started, journal, dir, world } = await rig();
    await engine.start(started);
    const ended = await engine.ended;
    expect(ended).toMatchObject({ outcome: 'passed', worldHash: await world.hash() });
    await journal.sync();
    expect(await verifyChain(dir)).toMatchObject({ ok: true, missing: [] });
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true, divergence: null, incomplete: false });
  });

  test('is the same twice from one seed, errors and all, and another from another', async () => {
    const run = async (seed: number) => {
      const { engine, started, journal, dir } = await rig({ seed, rates: RATES });
      await engine.start(started);
      const { stateHash } = await engine.ended;
      await journal.sync();
      return { stateHash, decisions: decisions(await allRecords(dir)) };
    };
    const first = await run(5);
    expect(await run(5)).toEqual(first);
    expect((await run(6)).stateHash).not.toBe(first.stateHash);
  });

  test('does not depend on how fast the world answers', async () => {
    const run = async (turns: number) => {
      const { engine, started, journal, dir } = await rig({
        rates: RATES,
        world: (inner) => ({
          ...inner,
          observe: async (target) => {
            for (let i = 0; i < turns; i += 1) await macrotask();
            return inner.observe(target);
          },
        }),
      });
      await engine.start(started);
      await engine.ended;
      await journal.sync();
      return decisions(await allRecords(dir));
    };
    expect(await run(3)).toEqual(await run(0));
  });

  test('waits of simulated time do not take real time', async () => {
    let asked = 0;
    const { engine, started, dir, journal } = await rig({
      planner: {
        ...scripted(async function* () {
          asked += 1;
          yield* [];
          throw new BrainError('unreachable', 'down');
        }),
        simulated: true,
      },
    });
    await engine.start(started);
    expect(await engine.ended).toMatchObject({ outcome: 'interrupted' });
    await journal.sync();
    expect(asked).toBeGreaterThan(20);
    expect((await allRecords(dir)).filter(({ kind }) => kind === 'deadline.passed').length).toBeGreaterThan(20);
  });
});

describe('requests are written before they are performed', () => {
  test('by the time the world is touched or a brain is asked, the request has reached the system', async () => {
    const reached: string[] = [];
    let pending: string[] = [];
    const missed: string[] = [];
    const check = (kind: string): void => {
      if (!reached.includes(kind)) missed.push(kind);
    };
    const { engine, started } = await rig({
      journal: (journal) => ({
        blobs: journal.blobs,
        sync: () => journal.sync(),
        appendNote: (note) => journal.appendNote(note),
        appendBatch: (input, events) => {
          pending.push(...events.map(({ kind }) => kind));
          return journal.appendBatch(input, events);
        },
        written: async () => {
          await macrotask();
          await journal.written();
          reached.push(...pending);
          pending = [];
        },
      }),
      world: (inner) => ({
        ...inner,
        observe: (target) => {
          check('observe.requested');
          return inner.observe(target);
        },
        perform: (request, signal, fault) => {
          check('op.requested');
          return inner.perform(request, signal, fault);
        },
      }),
    });
    await engine.start(started);
    await engine.ended;
    expect(reached).toContain('op.requested');
    expect(missed).toEqual([]);
  });
});

describe('K6: a killed run has no further effects', () => {
  test('its partial text is kept, nothing is fed back, nothing is performed', async () => {
    const begun = Promise.withResolvers<void>();
    const touched: string[] = [];
    const { engine, started, dir, journal } = await rig({
      planner: hanging('{"q":"rea', begun.resolve),
      world: (inner) => ({
        ...inner,
        observe: (target) => {
          touched.push(target);
          return inner.observe(target);
        },
      }),
    });
    await engine.start(started);
    await begun.promise;
    const before = touched.length;
    await engine.command('test', 'enough', { command: 'kill' });
    expect(await engine.ended).toMatchObject({ outcome: 'killed' });
    await engine.settled();
    await macrotask();
    await journal.sync();
    const records = await allRecords(dir);
    const endedAt = records.findIndex(({ kind }) => kind === 'run.ended');
    expect(records.slice(endedAt + 1)).toMatchObject([
      { kind: 'stream.aborted', pid: 1, partial: '{"q":"rea', tokens: 3, why: 'killed' },
    ]);
    expect(touched.length).toBe(before);
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true });
  });

  test('an order that comes after the end is refused, not journalled', async () => {
    const { engine, started, journal } = await rig();
    await engine.start(started);
    await engine.ended;
    const { seq } = journal.head;
    await expect(engine.command('test', '', { command: 'pause' })).rejects.toBeInstanceOf(RunOver);
    expect(journal.head.seq).toBe(seq);
  });

  test('a batch that was being written when the run ended is not performed, and its order is refused', async () => {
    const touched: string[] = [];
    const { engine, started, journal } = await rig({
      journal: (inner) => ({
        blobs: inner.blobs,
        sync: () => inner.sync(),
        appendNote: (note) => inner.appendNote(note),
        appendBatch: (input, events) => inner.appendBatch(input, events),
        written: async () => {
          await inner.written();
          engine.fail(new Error('broken meanwhile'));
        },
      }),
      planner: scripted(async function* () {
        touched.push('brain');
        yield end();
      }),
      world: (inner) => ({
        ...inner,
        observe: (target) => {
          touched.push(target);
          return inner.observe(target);
        },
      }),
    });
    await expect(engine.start(started)).rejects.toBeInstanceOf(RunOver);
    expect(await engine.ended).toMatchObject({ outcome: 'interrupted' });
    await engine.settled();
    expect(touched).toEqual([]);
    expect(journal.head.seq).toBeGreaterThan(1);
  });

  test('a killed worker is aborted alone', async () => {
    const begun = Promise.withResolvers<void>();
    const { engine, started, dir, journal } = await rig({ worker: hanging('half', begun.resolve) });
    await engine.start(started);
    await begun.promise;
    const worker = Object.values(engine.state.procs).find((proc) => proc.role === 'worker');
    await engine.command('test', '', { command: 'kill', pid: worker?.pid ?? 0 });
    expect(engine.state.phase).toBe('active');
    journal.flush();
    const notes = (await allRecords(dir)).filter(({ kind }) => kind === 'stream.aborted');
    expect(notes).toMatchObject([{ pid: worker?.pid, partial: 'half' }]);
    await engine.command('test', '', { command: 'kill' });
    await engine.ended;
  });
});

describe('what a brain can do wrong', () => {
  const failures = async (brain: Parameters<typeof scripted>[0], limits = {}) => {
    const policy = { ...DEFAULT_POLICY, limits: { ...DEFAULT_POLICY.limits, maxTicks: 3, ...limits } };
    const { engine, started, dir, journal } = await rig({ planner: scripted(brain), policy });
    await engine.start(started);
    await engine.ended;
    await journal.sync();
    return (await allRecords(dir)).filter(({ kind }) => kind === 'brain.failed');
  };

  test('a reply over 64 KiB is malformed, and its stream is stopped', async () => {
    let pulled = 0;
    const failed = await failures(async function* ({ signal }) {
      while (!signal.aborted) {
        pulled += 1;
        yield delta('x'.repeat(1024));
      }
      yield end('aborted');
    });
    expect(failed[0]).toMatchObject({ error: 'malformed' });
    expect(pulled).toBeLessThanOrEqual(65 * failed.length);
  });

  test('a stream that ends without a finish reason is cut off', async () => {
    const failed = await failures(async function* () {
      yield delta('{"q"');
    });
    expect(failed[0]).toMatchObject({ error: 'cut_off', partial: '{"q"' });
  });

  test('one that says nothing within its deadline has timed out, and is told to stop', async () => {
    const signals: AbortSignal[] = [];
    const failed = await failures(
      async function* ({ signal }) {
        signals.push(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        yield end('aborted');
      },
      { brainMs: 5 },
    );
    expect(failed[0]).toMatchObject({ error: 'timed_out' });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test('an error without a code is the adapter\u2019s own: the process waits, no trap', async () => {
    const { engine, started, dir, journal } = await rig({
      planner: scripted(async function* () {
        yield* [];
        throw new TypeError('oops');
      }),
    });
    await engine.start(started);
    while (!Object.values(engine.state.procs).some(({ wait }) => wait !== null)) await macrotask();
    await engine.command('test', '', { command: 'kill' });
    await engine.ended;
    await journal.sync();
    const kinds = (await allRecords(dir)).map(({ kind }) => kind);
    expect(kinds).toContain('process.blocked');
    expect(kinds).not.toContain('trap.raised');
  });
});

describe('faults', () => {
  test('brain.cut on a live stream ends it now; the outcome says which fault it was', async () => {
    const begun = Promise.withResolvers<void>();
    const { engine, started, dir, journal } = await rig({ planner: hanging('{"q":"half', begun.resolve) });
    await engine.start(started);
    await begun.promise;
    await engine.command('test', '', { command: 'inject', fault: { fault: 'brain.cut', target: 'planner', times: 1 } });
    await engine.command('test', '', { command: 'kill' });
    await engine.ended;
    await journal.sync();
    const records = await allRecords(dir);
    expect(records.find(({ kind }) => kind === 'brain.failed')).toMatchObject({
      error: 'cut_off',
      partial: '{"q":"half',
      applied: 1,
    });
    expect(records.find(({ kind }) => kind === 'fault.triggered')).toMatchObject({ id: 1, pid: 1 });
  });

  test('write.denied is applied by the decorator, and the run recovers', async () => {
    const { engine, started, dir, journal } = await rig({
      chaos: [{ fault: 'write.denied', target: 'any', times: 1 }],
    });
    await engine.start(started);
    expect(await engine.ended).toMatchObject({ outcome: 'passed' });
    await journal.sync();
    const records = await allRecords(dir);
    expect(records.find(({ kind }) => kind === 'op.failed')).toMatchObject({ errno: 'EACCES', applied: 1 });
    expect(records.some(({ kind }) => kind === 'fault.recovered')).toBe(true);
  });
});

test('a journal that can no longer be written ends everything: nothing is performed unwritten', async () => {
  let writes = 0;
  const { engine, started } = await rig({
    journal: (journal) => ({
      blobs: journal.blobs,
      sync: () => journal.sync(),
      appendNote: (note) => journal.appendNote(note),
      appendBatch: (input, events) => {
        writes += 1;
        if (writes > 5) throw new Error('disk full');
        return journal.appendBatch(input, events);
      },
      written: () => journal.written(),
    }),
  });
  await engine.start(started);
  await expect(engine.ended).rejects.toThrow('disk full');
  await expect(engine.command('test', '', { command: 'pause' })).rejects.toBeInstanceOf(RunOver);
});

test('a runtime that breaks while the journal holds ends the run as interrupted, and says why', async () => {
  const { engine, started } = await rig();
  await engine.start(started);
  engine.fail(new Error('a world that is no more'));
  expect(await engine.ended).toMatchObject({
    outcome: 'interrupted',
    reason: 'internal error: Error: a world that is no more',
  });
});
