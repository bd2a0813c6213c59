/** A run whose kernel `kill` had to end by SIGKILL: its journal has no end, but the operator has killed it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecords } from '../../src/journal/index.ts';
import { runsSource } from '../../src/runs-source.ts';
import { lastJson, newHome, slowRun, turingos } from './harness.ts';

const killedByForce = async (home: string): Promise<{ id: string; dir: string }> => {
  const { id, dir, pid, ended } = await slowRun(home);
  process.kill(pid, 'SIGSTOP');
  await turingos('kill', id, '--reason', 'enough of it', '--home', home);
  await ended;
  return { id, dir };
};

const HOW = String.raw`by cli with SIGKILL, \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ: enough of it`;

test('it is KILLED, by whom and when, for every verb that tells; resume --all leaves it, and prune may delete it', async () => {
  const home = newHome();
  const { id, dir } = await killedByForce(home);
  const told = async (...args: string[]) => (await turingos(...args, '--home', home)).stdout;
  expect(await told('ps', '--all')).toMatch(new RegExp(`^${id}  KILLED .* ${HOW}$`, 'm'));
  const why = await told('why', id);
  expect(why).toMatch(new RegExp(`^${id} ledger-12 KILLED: ${HOW}$`, 'm'));
  expect(why).toMatch(new RegExp(`its kernel was killed ${HOW}, chain ok$`, 'm'));
  expect(why).toContain(`turingos resume ${id}   (go on where its kernel was killed)`);
  // As every run that somebody has killed: it needs nobody.
  expect(await told('status')).toBe('no run needs anybody\n');
  const source = runsSource(home);
  const [row] = await source.list();
  expect(row).toMatchObject({ id, state: 'killed', reason: expect.stringMatching(new RegExp(`^${HOW}$`)) });
  expect(await turingos('resume', '--all', '--home', home)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^no run is gone: .*\n${id}: left alone, it was killed ${HOW}; turingos resume ${id} goes on with it\n$`,
      ),
    ),
  });
  expect(lastJson(await turingos('resume', '--all', '--json', '--home', home))).toMatchObject({
    ...{ kind: 'run.left', id, why: 'killed' },
    forced: { by: 'cli', reason: 'enough of it', at: expect.any(String) },
  });
  // What a full disk leaves of the mark still is one.
  writeFileSync(join(dir, 'killed'), '');
  expect((await source.list())[0]).toMatchObject({
    state: 'killed',
    reason: expect.stringMatching(/^by somebody with/),
  });
  expect(await told('prune', '--older-than', '0m')).toContain('1 run would be deleted');
  expect(await told('prune', '--older-than', '0m', '--keep-outcome', 'killed')).toContain('its outcome is killed');
}, 60_000);

test('resume with its id says that it was killed, and goes on; the mark goes', async () => {
  const home = newHome();
  const { id, dir } = await killedByForce(home);
  const resumed = turingos('resume', id, '--headless', '--home', home);
  for (;;) {
    const kinds: string[] = [];
    for await (const { kind } of readRecords(dir)) kinds.push(kind);
    if (kinds.includes('run.resumed')) break;
  }
  expect(existsSync(join(dir, 'killed'))).toBe(false);
  expect((await turingos('ps', '--home', home)).stdout).toMatch(new RegExp(`^${id}  LIVE `, 'm'));
  expect((await turingos('kill', id, '--home', home)).code).toBe(0);
  const { code, stdout } = await resumed;
  expect(stdout).toMatch(new RegExp(`^${id} was killed ${HOW}; it goes on all the same$`, 'm'));
  expect(code).toBe(130);
  expect(existsSync(join(dir, 'killed'))).toBe(false);
  expect((await turingos('verify', id, '--home', home)).code).toBe(0);
}, 60_000);
