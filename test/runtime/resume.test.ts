/**
 * A run of simulated brains whose kernel is lost ends as if nothing had happened, wherever the journal was cut: in the middle of a
 * batch, of a stream, of a world op, of grading, of a round of answers, of a wait.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { openJournal } from '../../src/journal/index.ts';
import type { KernelInput } from '../../src/kernel/index.ts';
import { BrainError } from '../../src/runtime/ports.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { resumed } from './resumed.ts';
import { allRecords, decisions, type RigOptions, rig, scratch } from './rig.ts';

const RATES = { schema: 40, badHandle: 40, thrash: 40, slip: 60, cut: 20 };

interface Reference {
  dir: string;
  options: RigOptions;
  lines: string[];
  decided: string[];
  hashes: { stateHash: string; worldHash: string };
}

/** @param orders what the operator commands once that many inputs have been journalled */
const uninterrupted = async (options: RigOptions, orders: Record<number, KernelInput> = {}): Promise<Reference> => {
  let inputs = 0;
  const { engine, started, journal, dir } = await rig({
    ...options,
    journal: (inner) => ({
      blobs: inner.blobs,
      written: () => inner.written(),
      sync: () => inner.sync(),
      appendNote: (note) => inner.appendNote(note),
      appendBatch: (input, events) => {
        inputs += 1;
        const order = orders[inputs];
        if (order !== undefined) engine.submit(order).catch(() => {});
        return inner.appendBatch(input, events);
      },
    }),
  });
  await engine.start(started);
  const { stateHash, worldHash } = await engine.ended;
  await journal.close();
  const lines = readFileSync(join(dir, 'journal', segment(dir)), 'utf8')
    .trimEnd()
    .split('\n');
  return { dir, options, lines, decided: decisions(await allRecords(dir)), hashes: { stateHash, worldHash } };
};

const segment = (dir: string): string =>
  readdirSync(join(dir, 'journal')).find((name) => name.endsWith('.ndjson')) as string;

/** The run as a kernel leaves it that is lost after so many records, and bytes of the next one. */
const lostAfter = (reference: Reference, records: number, bytes = 0): string => {
  const dir = scratch();
  cpSync(join(reference.dir, 'blobs'), join(dir, 'blobs'), { recursive: true });
  cpSync(join(reference.dir, 'journal'), join(dir, 'journal'), { recursive: true });
  const kept = reference.lines.slice(0, records).map((line) => `${line}\n`);
  const torn = (reference.lines[records] ?? '').slice(0, bytes);
  writeFileSync(join(dir, 'journal', segment(dir)), kept.join('') + torn);
  return dir;
};

/** Cuts at every record boundary from `from` on, and resumes; every run must end like the uninterrupted one. */
const everyCut = async (reference: Reference, from = 1): Promise<number> => {
  const { length } = reference.lines;
  for (let records = from; records < length; records += 1) {
    const dir = lostAfter(reference, records, records % 3 === 0 ? 20 : 0);
    const { ended } = await resumed(dir, reference.options);
    expect({ records, ...ended }).toMatchObject({ records, ...reference.hashes });
    expect(decisions(await allRecords(dir))).toEqual(reference.decided);
  }
  return length - from;
};

describe('a resumed run ends like the uninterrupted one, cut at every record', () => {
  test('with slips, traps, cut streams and maps of parallel workers', async () => {
    const reference = await uninterrupted({ task: 'ledger-12', seed: 3, rates: RATES });
    const ticks = reference.decided.filter((text) => text.includes('"route.dispatched"')).length;
    expect(ticks).toBeGreaterThanOrEqual(60);
    expect(await everyCut(reference)).toBeGreaterThan(400);
  });

  test('under faults of the chaos plan and of the operator', async () => {
    const fault = (of: 'brain.cut' | 'write.denied' | 'cap.revoked', times: number) =>
      ({ fault: of, target: 'any', times }) as const;
    const order = { kind: 'operator.commanded', by: 'test', reason: '' } as const;
    const reference = await uninterrupted(
      { seed: 2, rates: RATES, chaos: [fault('brain.cut', 2), fault('write.denied', 2)] },
      {
        2: { ...order, order: { command: 'inject', fault: fault('brain.cut', 3) } },
        3: { ...order, order: { command: 'grant_panic', units: 2 } },
      },
    );
    expect(reference.decided.some((text) => text.includes('"fault.triggered"'))).toBe(true);
    const lastOrder = reference.lines.findLastIndex((line) => line.includes('"operator.commanded"'));
    await everyCut(reference, lastOrder + 1);
  });

  test('with endpoints that are down: virtual waits go on where they were', async () => {
    const sim = createSimulatedBrain();
    const flaky = {
      ...sim,
      stream: (request: Parameters<typeof sim.stream>[0]) => {
        if (request.seed % 3 !== 0) return sim.stream(request);
        throw new BrainError('unreachable', 'down', { retryAfterMs: request.seed % 5000 });
      },
    };
    const reference = await uninterrupted({ planner: flaky, worker: flaky });
    expect(reference.decided.some((text) => text.includes('"deadline.passed"'))).toBe(true);
    await everyCut(reference);
  });

  test('with an operator that pauses, steps and goes on', async () => {
    const order = { kind: 'operator.commanded', by: 'test', reason: '' } as const;
    const reference = await uninterrupted(
      { rates: RATES },
      {
        2: { ...order, order: { command: 'pause' } },
        3: { ...order, order: { command: 'step' } },
        4: { ...order, order: { command: 'unpause' } },
      },
    );
    const lastOrder = reference.lines.findLastIndex((line) => line.includes('"operator.commanded"'));
    await everyCut(reference, lastOrder + 1);
  });
});

describe('resume', () => {
  test('several times over, verifies as one run', async () => {
    const reference = await uninterrupted({ rates: RATES });
    let { length } = reference.lines;
    let dir = reference.dir;
    for (let cut = Math.floor(length * 0.8); cut > 20; cut = Math.floor(cut * 0.7)) {
      const lost = lostAfter({ ...reference, dir }, cut, 30);
      const { ended } = await resumed(lost, reference.options);
      expect(ended).toMatchObject(reference.hashes);
      dir = lost;
      const lines = readFileSync(join(dir, 'journal', segment(dir)), 'utf8')
        .trimEnd()
        .split('\n');
      reference.lines.splice(0, length, ...lines);
      length = lines.length;
    }
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true, divergence: null, incomplete: false });
    const notes = (await allRecords(dir)).filter(({ kind }) => kind === 'journal.recovered' || kind === 'run.resumed');
    expect(notes.map(({ kind }) => kind)).toEqual(['journal.recovered', 'run.resumed']);
  });

  test('completes a kill that was being written: the run has ended then', async () => {
    const kill: KernelInput = { kind: 'operator.commanded', by: 'test', reason: '', order: { command: 'kill' } };
    const reference = await uninterrupted({}, { 12: kill });
    const killed = reference.lines.findIndex((line) => line.includes('"operator.commanded"'));
    const { ended } = await resumed(lostAfter(reference, killed + 1), {});
    expect(ended).toMatchObject({ outcome: 'killed', ...reference.hashes });
  });

  test('refuses a last batch that another kernel decided', async () => {
    const reference = await uninterrupted({});
    const dir = scratch();
    const journal = await openJournal(dir, { run: '00c0ffee', fsync: 'never' });
    const [first] = await allRecords(reference.dir);
    const {
      v: _v,
      seq: _s,
      ts: _t,
      run: _r,
      class: _c,
      prev: _p,
      hash: _h,
      ...started
    } = first as never as KernelInput & Record<string, unknown>;
    journal.appendBatch(started as never, [{ kind: 'run.paused' }]);
    await journal.close();
    await expect(resumed(dir, {})).rejects.toThrow(/record 2 is not what this kernel decides/);
  });

  test('refuses a run that has ended', async () => {
    const { dir } = await uninterrupted({});
    await expect(resumed(dir, {})).rejects.toThrow(/has ended.*turingos fork/);
  });

  test('a paused run stays paused', async () => {
    const order = { kind: 'operator.commanded', by: 'test', reason: '' } as const;
    const reference = await uninterrupted(
      {},
      {
        4: { ...order, order: { command: 'pause' } },
        // What is in flight comes to its end, then nothing moves; the kill ends it all.
        5: { ...order, order: { command: 'kill' } },
      },
    );
    const paused = reference.lines.findIndex((line) => line.includes('"run.paused"'));
    const { engine, journal } = await resumed(lostAfter(reference, paused + 1), {}, { wait: false });
    expect(engine.state.phase).toBe('paused');
    await engine.command('test', '', { command: 'unpause' });
    expect(await engine.ended).toMatchObject({ outcome: 'passed' });
    await journal.close();
  });

  test('names what it does again, and what was cut off', async () => {
    const reference = await uninterrupted({});
    const asked = reference.lines.findIndex((line) => line.includes('"brain.requested"'));
    const dir = lostAfter(reference, asked + 1, 10);
    await resumed(dir, {});
    const notes = (await allRecords(dir)).slice(asked + 1, asked + 3);
    expect(notes).toMatchObject([
      { kind: 'journal.recovered', cutBytes: 10, fromSeq: asked + 2 },
      { kind: 'run.resumed', pid: process.pid, requests: [{ req: 1, pid: 1, kind: 'brain.requested' }] },
    ]);
  });

  test('a world that cannot be made again is told', async () => {
    const reference = await uninterrupted({});
    const ended = reference.lines.length - 2;
    const dir = lostAfter(reference, ended);
    await expect(resumed(dir, {}, { without: 1 })).rejects.toThrow(/its writes lead to [0-9a-f]{8}, not to/);
  });
});
