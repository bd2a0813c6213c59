/** `turingos resume --all`: what goes on after a reboot, and what is left alone. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../src/runtime/manifest.ts';
import { runDir } from '../../src/runtime/run-dir.ts';
import { summarise } from '../../src/runtime/run-summary.ts';
import { appendTag } from '../../src/runtime/tags.ts';
import { newHome, slowRun, turingos } from './harness.ts';

/** A golden run put into a home; cut, as if its kernel had been lost after so many records. */
const put = (home: string, golden: string, records?: number): { id: string; dir: string } => {
  const from = `test/golden/v1-${golden}`;
  const id = readManifest(from)?.id as string;
  const dir = runDir(home, id);
  cpSync(from, dir, { recursive: true });
  if (records !== undefined) {
    const segment = join(dir, 'journal', '000001.ndjson');
    const lines = readFileSync(segment, 'utf8').split('\n');
    writeFileSync(segment, `${lines.slice(0, records).join('\n')}\n`);
  }
  return { id, dir };
};

const state = async (home: string, { id }: { id: string }) => (await summarise(home, id))?.state;

test('lost runs go on to their ends; what has ended, is alive or is tagged is left alone, and told', async () => {
  const home = newHome();
  const [passed, killed] = [put(home, 'passed'), put(home, 'killed')];
  const alive = await slowRun(home);
  const tagged = put(home, 'bare', 40);
  appendTag(tagged.dir, { tick: 1, seq: 9, text: 'look', labels: [], by: 'operator', at: new Date(0).toISOString() });
  const two = [put(home, 'gone'), put(home, 'resumed', 40)];
  const { code, stdout, stderr } = await turingos('resume', '--all', '--headless', '--home', home);
  expect(stderr).toBe('');
  for (const { id } of two) expect(stdout).toMatch(new RegExp(`^${id}: goes on, as process \\d+$`, 'm'));
  expect(stdout).toContain(`${alive.id}: left alone, it is alive, as process ${alive.pid}\n`);
  expect(stdout).toContain(`${tagged.id}: left alone, it is tagged: turingos resume ${tagged.id} goes on with it\n`);
  expect(stdout).toContain('left alone, since they have ended: 1 passed, 1 killed\n');
  expect(code).toBe(0);
  expect(await Promise.all([...two, passed, killed, tagged].map((run) => state(home, run)))).toEqual([
    ...['passed', 'passed', 'passed', 'killed', 'gone'],
  ]);
  for (const { id } of two) expect((await turingos('verify', id, '--home', home)).code).toBe(0);
}, 60_000);

test('one that cannot go on is told of with its exit code, and the others do; as JSON a line each', async () => {
  const home = newHome();
  const [broken, whole] = [put(home, 'gone'), put(home, 'resumed', 40)];
  const killed = put(home, 'killed');
  rmSync(join(broken.dir, 'grader.json'));
  const { code, stdout } = await turingos('resume', '--all', '--headless', '--json', '--home', home);
  const lines = stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(lines).toEqual(
    expect.arrayContaining([
      { kind: 'run.lost', id: broken.id, why: expect.stringContaining('no readable grader.json') },
      { kind: 'run.resumed', id: whole.id, dir: whole.dir, pid: expect.any(Number) },
      { kind: 'run.left', id: killed.id, why: 'killed' },
      expect.objectContaining({ id: whole.id, outcome: 'passed' }),
    ]),
  );
  expect(code).toBe(69);
  rmSync(broken.dir, { recursive: true });
  expect(await turingos('resume', '--all', '--home', home)).toMatchObject({
    code: 0,
    stdout: 'no run is gone: there is nothing to resume\nleft alone, since they have ended: 1 killed, 1 passed\n',
  });
}, 60_000);

test('resume takes a run, or --all, and not both', async () => {
  const home = newHome();
  expect(await turingos('resume', 'ffff', '--all', '--home', home)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('resume --all takes no run'),
  });
});
