import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Manifest, readManifest, writeManifest } from '../../src/runtime/manifest.ts';
import { runDir } from '../../src/runtime/run-dir.ts';
import { lastJson, newHome, turingos } from './harness.ts';

test('a run whose files were tampered with takes one row, and does not take the list down', async () => {
  const home = newHome();
  const run = await turingos('run', 'ledger-4', '--json', '--profile', 'sim', '--home', home);
  const { id, dir } = lastJson(run) as { id: string; dir: string };
  const forged = runDir(home, '00000001');
  mkdirSync(join(forged, 'journal', '000001.ndjson'), { recursive: true });
  const manifest = readManifest(dir) as Manifest;
  const planner = { ...manifest.brains.planner, name: 'x\nffffffff  LIVE' };
  writeManifest(forged, { ...manifest, id: '00000001', brains: { ...manifest.brains, planner } });
  const listed = await turingos('ps', '--all', '--home', home);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  const rows = listed.stdout.trim().split('\n').slice(1);
  expect(rows).toHaveLength(2);
  expect(rows.find((row) => row.startsWith('00000001'))).toMatch(/^00000001 {2}GONE .*x ffffffff LIVE\+SIM/);
  expect(rows.find((row) => row.startsWith(id))).toContain('DONE');
});

test('every verb takes --json: runs lists, watch tells events, open says what does', async () => {
  const home = newHome();
  const run = await turingos('run', 'ledger-4', '--json', '--profile', 'sim', '--home', home);
  const { id } = lastJson(run) as { id: string };
  const listed = lastJson(await turingos('runs', '--json', '--home', home));
  expect(listed).toMatchObject({ runs: [{ id, state: 'passed' }] });
  expect(listed).toEqual(lastJson(await turingos('ps', '--all', '--json', '--home', home)));
  const watched = await turingos('watch', '@last', '--json', '--home', home);
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  expect(watched.stdout).toBe((await turingos('attach', '@last', '--json', '--home', home)).stdout);
  const opened = await turingos('open', `${id}@t2`, '--json', '--home', home);
  expect(opened).toMatchObject({ code: 2, stdout: '' });
  expect(opened.stderr).toContain(`\`replay ${id} --json\` tells its events`);
  for (const verb of ['runs', 'watch', 'open']) expect((await turingos(verb, '--help')).stdout).toContain('--json');
});
