import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rig, scratch } from '../runtime/rig.ts';
import { lastJson, newHome, turingos } from './harness.ts';

const recorded = async (): Promise<string> => {
  const { engine, started, journal, dir } = await rig({ seed: 3, rates: { badHandle: 150, thrash: 300 } });
  await engine.start(started);
  await engine.ended;
  await journal.close();
  return dir;
};

describe('turingos anomalies', () => {
  test('reads a run’s directory, or its first segment, and ends with 0 whatever it finds', async () => {
    const dir = await recorded();
    const { code, stdout } = await turingos('anomalies', dir);
    expect([code, stdout.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^00c0ffee ledger-4: \d+ records, t\d+, /),
    ]);
    const found = await turingos('anomalies', join(dir, 'journal', '000001.ndjson'), '--json');
    expect(found.code).toBe(0);
    const { id, count, anomalies } = lastJson(found);
    expect([id, Number(count) > 0]).toEqual(['00c0ffee', true]);
    expect(Object.keys(anomalies as object)).toEqual([
      'panics',
      'thrash',
      'stalls',
      'denied',
      'outages',
      'gaps',
      'slow',
      'open',
      'faults',
    ]);
  });

  test('a broken journal: what lies before the break, the journal’s sentence, and 3', async () => {
    const dir = await recorded();
    const path = join(dir, 'journal', '000001.ndjson');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"class":"event"', '"class":"evebt"'));
    const { code, stdout, stderr } = await turingos('anomalies', dir);
    expect([code, stdout]).toEqual([3, expect.stringMatching(/^00c0ffee .*: 1 records, /)]);
    expect(stderr).toMatch(/^turingos: Journal segment 000001\.ndjson is broken at record 2, byte \d+: .*\n$/);
  });

  test('what is no run and no journal of ours is named', async () => {
    const home = newHome();
    const missing = await turingos('anomalies', 'abc', '--home', home);
    expect([missing.code, missing.stderr]).toEqual([
      66,
      expect.stringContaining('"abc" is neither a file here nor a run'),
    ]);
    const file = join(scratch(), 'notes.txt');
    writeFileSync(file, 'hello');
    const foreign = await turingos('anomalies', file);
    expect([foreign.code, foreign.stderr]).toEqual([
      65,
      expect.stringMatching(/^turingos: .*notes\.txt is no journal: /),
    ]);
  });
});
