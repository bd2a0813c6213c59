/** Faults that befall the machine, and all the others, in a run over a real journal. */
import { describe, expect, test } from 'vitest';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { lostAfter, RATES, uninterrupted } from './lost.ts';
import { resumed } from './resumed.ts';
import { allRecords, decisions, rig } from './rig.ts';
import { at, calmHost, WEATHER } from './weather.ts';

describe('a run of simulated brains under every fault', () => {
  test('takes the same course twice, and its decisions verify', async () => {
    const courses = [];
    for (let n = 0; n < 2; n += 1) {
      const { engine, started, dir } = await rig({
        task: 'ledger-6',
        seed: 5,
        rates: RATES,
        chaos: WEATHER,
        host: calmHost(),
      });
      await engine.start(started);
      await engine.ended;
      courses.push(decisions(await allRecords(dir)));
      expect(await verifyDecisions(dir)).toMatchObject({ ok: true, ended: true });
    }
    expect(courses[1]).toEqual(courses[0]);
    for (const kind of ['fault.triggered', 'fault.applied', 'fault.recovered']) {
      expect(courses[0]?.some((text) => text.includes(`"kind":"${kind}"`))).toBe(true);
    }
  });
});

describe('a kernel that is to be killed', () => {
  const options = { task: 'ledger-4', seed: 2, chaos: [at('kernel.killed', 5)] };

  test('has that on the disk before it dies, and does none of what was asked with it', async () => {
    const done: string[] = [];
    const host = { ...calmHost(), kill: () => void done.push('killed') };
    const { engine, started, dir } = await rig({
      ...options,
      host,
      journal: (inner) => ({
        blobs: inner.blobs,
        written: () => inner.written(),
        sync: async () => {
          await inner.sync();
          const staged = (await allRecords(dir)).some(({ kind }) => kind === 'fault.staged');
          done.push(staged ? 'synced' : 'early');
        },
        appendNote: (note) => inner.appendNote(note),
        appendBatch: (input, events) => inner.appendBatch(input, events),
      }),
    });
    await engine.start(started);
    await engine.ended;
    expect(done.slice(0, 2)).toEqual(['synced', 'killed']);
  });

  test('is resumed once: the death is confirmed first of all, and not drawn again', async () => {
    const host = calmHost();
    const reference = await uninterrupted({ ...options, host });
    // It lived on, which no kernel does; what counts is where it would have died.
    expect(host.befell[0]).toBe('kill');
    const staged = reference.lines.findIndex((line) => line.includes('"fault.staged"'));
    const batchEnd = reference.lines.findIndex((line, i) => i > staged && line.includes('"class":"input"'));
    const again = calmHost();
    const dir = lostAfter(reference, batchEnd);
    const { ended } = await resumed(dir, { ...options, host: again });
    expect(ended).toMatchObject({ outcome: 'passed' });
    expect(again.befell).toEqual([]);
    const records = await allRecords(dir);
    const inputs = records.slice(batchEnd).filter((record) => record.class === 'input');
    expect(inputs[0]).toMatchObject({ kind: 'fault.applied', id: 1 });
    expect(records.filter(({ kind }) => kind === 'fault.triggered')).toHaveLength(1);
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true });
  });
});
