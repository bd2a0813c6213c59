import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runsSource } from '../src/runs-source.ts';
import { appendTag } from '../src/runtime/tags.ts';
import { turingos } from './cli/harness.ts';

test('a journal that is no file takes its run’s tally away, and nothing from the others; tags of ended runs are read anew', async () => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-source-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  await turingos('run', 'ledger-4', '--profile', 'sim', '--headless', '--home', home);
  await turingos('run', 'ledger-4', '--profile', 'sim', '--headless', '--home', home);
  const source = runsSource(home);
  const [first, second] = await source.list();
  if (first === undefined || second === undefined) throw new Error('there should be two runs');
  expect(first.tags).toEqual([]);
  appendTag(join(home, 'runs', first.id), {
    ...{ tick: 1, seq: 9, text: 'x', labels: [] },
    by: 'operator',
    at: new Date().toISOString(),
  });
  const segment = join(home, 'runs', second.id, 'journal', '000001.ndjson');
  rmSync(segment);
  mkdirSync(segment);
  const again = await source.list();
  expect(again.find(({ id }) => id === first.id)?.tags).toHaveLength(1);
  const fresh = await runsSource(home).list();
  expect(fresh.find(({ id }) => id === first.id)?.tally).toEqual(first.tally);
  expect(fresh.find(({ id }) => id === second.id)).toMatchObject({ id: second.id });
  expect(fresh.find(({ id }) => id === second.id)?.tally).toBeUndefined();
});
