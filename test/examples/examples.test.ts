/** The two examples, from end to end: real files, the real sandbox, the real grader; a simulated brain. More are in test/slow. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkTask } from '../../src/adapters/tasks/index.ts';
import { requires } from '../helpers/requires.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { LOW, made, OPS_BLINDBOX, REPO_ISSUE, runExample } from './example-run.ts';

const bubblewrap = requires('bubblewrap');

const trapsOf = async (dir: string): Promise<Set<string>> =>
  new Set((await allRecords(dir)).filter(({ kind }) => kind === 'trap.raised').map(({ code }) => String(code)));

describe('with seeded errors, a simulated brain', () => {
  test('reproduces the issue, corrects the code, tests it and drafts the pull request', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const brains = { playbook: `${REPO_ISSUE}/playbook.yaml`, rates: LOW };
    const end = await runExample({ task: `${REPO_ISSUE}/task.yaml`, seed: 6, brains }, onTestFinished);
    expect(end).toMatchObject({ outcome: 'passed', verified: true });
    expect(await trapsOf(end.dir)).not.toEqual(new Set());
    expect(readFileSync(join(end.dir, 'workspace/PR.md'), 'utf8')).toContain('## Cause');
    // What only the grader knows is in no file that the run has left.
    const files = readdirSync(end.dir, { recursive: true, encoding: 'utf8' }).filter((path) => path !== 'grader.log');
    for (const path of files) {
      if (statSync(join(end.dir, path)).isDirectory()) continue;
      expect(readFileSync(join(end.dir, path), 'utf8').includes('a date far off'), path).toBe(false);
    }
  }, 60_000);

  test('finds out why the service is down, and brings it back', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const repo = made(`${OPS_BLINDBOX}/make-box.sh`, 'socket', join(scratch(), 'box'));
    const brains = { playbook: `${OPS_BLINDBOX}/playbook.yaml`, rates: LOW };
    const end = await runExample({ task: `${OPS_BLINDBOX}/task.yaml`, seed: 2, brains, repo }, onTestFinished);
    expect(end).toMatchObject({ outcome: 'passed', verified: true });
    expect(await trapsOf(end.dir)).not.toEqual(new Set());
    expect(readdirSync(join(end.dir, 'workspace/run'))).toEqual(['README']);
  }, 60_000);
});

test('a repository stands in place of the directory that an example begins with', () => {
  const repo = made(`${REPO_ISSUE}/make-repo.sh`, join(scratch(), 'repo'));
  expect(Object.keys(checkTask(`${REPO_ISSUE}/task.yaml`).files)).toContain('ISSUE.md');
  const loaded = checkTask(`${REPO_ISSUE}/task.yaml`, repo);
  expect(Object.keys(loaded.files)).toEqual(['.task/report.js']);
  expect(loaded.repo?.entries.map(({ path }) => path)).toContain('ISSUE.md');
});
