/** An example from the command line: what a run keeps of its playbook is enough to go on, and to branch off. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockHolder } from '../../src/runtime/liveness.ts';
import { readManifest } from '../../src/runtime/manifest.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { begin, firstRecord, lastJson, newHome, turingos } from '../cli/harness.ts';
import { made, REPO_ISSUE } from '../examples/example-run.ts';
import { requires } from '../helpers/requires.ts';
import { scratch } from '../runtime/rig.ts';

const bubblewrap = requires('bubblewrap');
const TASK = `${REPO_ISSUE}/task.yaml`;
const SEED = ['--profile', 'repo-issue', '--seed', '3'];

/** The profiles with their playbooks, somewhere they can be deleted. */
const profiles = (): { config: string; drop(): void } => {
  const dir = scratch();
  for (const example of ['repo-issue', 'ops-blindbox']) {
    mkdirSync(join(dir, example));
    cpSync(`examples/${example}/playbook.yaml`, join(dir, example, 'playbook.yaml'));
  }
  cpSync('examples/profiles.yaml', join(dir, 'profiles.yaml'));
  return { config: join(dir, 'profiles.yaml'), drop: () => rmSync(dir, { recursive: true }) };
};

test('a kernel killed in a named repository is resumed, and a fork branches off, without profiles and playbook', async ({
  skip,
}) => {
  skip(bubblewrap !== undefined, bubblewrap);
  const { config, drop } = profiles();
  const repo = made(`${REPO_ISSUE}/make-repo.sh`, join(scratch(), 'repo'));
  const home = newHome();
  const args = ['run', TASK, ...SEED, '--repo', repo, '--config', config, '--json'];
  const whole = lastJson(await turingos(...args, '--home', home));
  expect(whole).toMatchObject({ outcome: 'passed' });

  const other = newHome();
  const run = begin(...args, '--pace', '5', '--home', other);
  while (runIds(other).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const id = runIds(other)[0] as string;
  const dir = runDir(other, id);
  await firstRecord(dir, ({ kind, tick }) => kind === 'brain.requested' && Number(tick) >= 6);
  process.kill(lockHolder(dir)?.pid as number, 'SIGKILL');
  await run.ended;
  drop();

  const { outcome, ticks, stateHash, worldHash } = whole;
  const resumed = lastJson(await turingos('resume', id, '--json', '--home', other));
  expect(resumed).toMatchObject({ outcome, ticks, stateHash, worldHash });
  const forked = lastJson(await turingos('fork', id, '--at', 't5', '--json', '--home', other));
  expect(forked).toMatchObject({ outcome, ticks, stateHash, worldHash });
  const specs = [id, String(forked.id)].map((of) => readManifest(runDir(other, of))?.brains.planner);
  expect(specs[0]?.spec).toMatchObject({ provider: 'simulated', playbook: { name: 'repo-issue' } });
  expect(specs[1]).toEqual(specs[0]);
  for (const of of [id, String(forked.id)]) expect((await turingos('verify', of, '--home', other)).code).toBe(0);
}, 300_000);
