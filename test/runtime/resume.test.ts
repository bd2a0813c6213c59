/**
 * A run of simulated brains whose kernel is lost ends as if nothing had happened, wherever the journal was cut: in the middle of a
 * batch, of a stream, of a world op, of grading, of a round of answers, of a wait. More such runs are in test/slow.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type JournalRecord, openJournal, payloadOf } from '../../src/journal/index.ts';
import type { KernelInput } from '../../src/kernel/index.ts';
import { reopen } from '../../src/runtime/resume.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { afterOrders, everyCut, flaky, lostAfter, ordered, RATES, segment, uninterrupted } from './lost.ts';
import { resumed } from './resumed.ts';
import { allRecords, scratch } from './rig.ts';

/** More than 400 resumed runs are 15 s of work, and ten times that where the cores are shared with others. */
const MANY_MS = 180_000;

describe('a resumed run ends like the uninterrupted one, cut at every record', () => {
  test(
    'with slips, traps, cut streams, planned faults, endpoints that are down and parallel workers',
    async () => {
      const chaos = [
        { fault: 'brain.cut', target: 'any', times: 2 },
        { fault: 'write.denied', target: 'any', times: 1 },
      ] as const;
      const brain = flaky(RATES);
      const options = { task: 'ledger-9', seed: 3, planner: brain, worker: brain, chaos: [...chaos] };
      const reference = await uninterrupted(options);
      const count = (kind: string) => reference.decided.filter((text) => text.includes(`"kind":"${kind}"`)).length;
      expect(count('route.dispatched')).toBeGreaterThanOrEqual(55);
      for (const kind of ['fault.triggered', 'deadline.passed', 'trap.raised', 'op.requested', 'grade.requested']) {
        expect([kind, count(kind) > 0]).toEqual([kind, true]);
      }
      expect(await everyCut(reference)).toBeGreaterThan(400);
    },
    MANY_MS,
  );

  test(
    'with an operator that pauses, steps and goes on',
    async () => {
      const orders = {
        2: ordered({ command: 'pause' }),
        3: ordered({ command: 'step' }),
        4: ordered({ command: 'unpause' }),
      };
      const reference = await uninterrupted({ rates: RATES }, orders);
      await everyCut(reference, afterOrders(reference));
    },
    MANY_MS,
  );
});

describe('resume', () => {
  test('a stream that a fault was about to cut is cut, and costs what it would have cost', async () => {
    const cut = { fault: 'brain.cut', target: 'any', times: 1 } as const;
    const reference = await uninterrupted({}, { 1: ordered({ command: 'inject', fault: cut }) });
    const struck = reference.lines.findIndex((line) => line.includes('"fault.requested"'));
    const failed = reference.lines.findIndex((line) => line.includes('"brain.failed"'));
    expect(struck).toBeGreaterThan(0);
    expect(failed).toBeGreaterThan(struck);
    for (let records = struck; records <= failed; records += 1) {
      expect((await resumed(lostAfter(reference, records), {})).ended).toMatchObject(reference.hashes);
    }
  });

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
    const started = payloadOf(first as JournalRecord);
    journal.appendBatch(started, [{ kind: 'run.paused' }]);
    await journal.close();
    await expect(resumed(dir, {})).rejects.toThrow(/record 2 is not what this kernel decides/);
  });

  test('refuses a journal that is broken in the middle, also where opening looks at its end alone', async () => {
    const reference = await uninterrupted({});
    const dir = lostAfter(reference, 60);
    const path = join(dir, 'journal', segment(dir));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"tokensIn":', '"tokensIn":1'));
    const journal = { appendEvents: () => 0, written: async () => {} };
    await expect(reopen(journal, dir, '00c0ffee')).rejects.toThrow(/is broken at record \d+, byte \d+/);
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
