import { cpSync, mkdirSync, rmSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runDir } from '../../src/runtime/run-dir.ts';
import { newHome, turingos } from './harness.ts';

const golden = (home: string, name: string, id: string): void => {
  mkdirSync(join(home, 'runs'), { recursive: true });
  cpSync(resolve('test/golden', name), runDir(home, id), { recursive: true });
};

test('why tells of runs that are gone, dead or broken, of files, and of journals of the earlier system', async () => {
  const home = newHome();
  golden(home, 'v1-dead', '00000001');
  golden(home, 'v1-gone', '00000002');
  golden(home, 'v1-passed', '00000003');
  const dead = await turingos('why', '00000001', '--home', home);
  expect(dead).toMatchObject({ code: 0, stderr: '' });
  expect(dead.stdout).toMatch(/^00000001 ledger-3 DEAD: panic_budget_exhausted\n/);
  expect(dead.stdout).toMatch(/^panic spent +t8 P1 EACCES x4; 0 of 1 left$/m);
  expect(dead.stdout).toMatch(/^next +turingos open 00000001@t5/m);
  const gone = JSON.parse((await turingos('why', '00000002', '--json', '--home', home)).stdout);
  expect(gone).toMatchObject({ id: '00000002', standing: 'gone', next: [{ verb: 'resume 00000002' }, {}] });

  // A run without its run.json: the journal says what it was.
  rmSync(join(runDir(home, '00000002'), 'run.json'));
  expect((await turingos('why', '00000002', '--home', home)).stdout).toMatch(/^00000002 ledger-3 GONE\n/);

  const file = await turingos('why', 'test/fixtures/foreign/lamp.journal.log', '--home', home);
  expect(file).toMatchObject({ code: 0, stderr: '' });
  expect(file.stdout).toMatch(/^lamp\.journal\.log lamp DONE/);
  expect(file.stdout).toMatch(/^next +turingos verify test\/fixtures\/foreign\/lamp\.journal\.log/m);
  expect(file.stdout).not.toContain('resume');

  mkdirSync(runDir(home, '00000004'));
  const young = await turingos('why', '00000004', '--home', home);
  expect(young).toMatchObject({ code: 0, stdout: expect.stringMatching(/^00000004 +START\n/) });
  expect(await turingos('why', 'ffffffff', '--home', home)).toMatchObject({ code: 66, stdout: '' });
});

test('emptied-journal: a run whose journal was emptied is told as that by every verb, and prune lets it go', async () => {
  const home = newHome();
  golden(home, 'v1-gone', '00000001');
  const dir = runDir(home, '00000001');
  truncateSync(join(dir, 'journal', '000001.ndjson'));
  const why = await turingos('why', '00000001', '--home', home);
  expect(why).toMatchObject({ code: 3, stdout: '' });
  expect(why.stderr).toMatch(
    /^turingos: the journal of run 00000001 is empty: .*; put .* back from a copy, or delete .*\n$/,
  );
  expect((await turingos('ps', '--all', '--home', home)).stdout).toMatch(
    /^00000001 +GONE .*its journal is empty: put/m,
  );
  expect(await turingos('attach', '00000001', '--json', '--home', home)).toMatchObject({
    stderr: expect.stringContaining('nothing to resume'),
  });
  const pruned = JSON.parse((await turingos('prune', '--keep', '0', '--json', '--home', home)).stdout);
  expect(pruned).toMatchObject({ pruned: [{ id: '00000001', state: 'gone' }], kept: [] });
});
