/** A run has one kernel, whatever becomes of its lock, and in whatever container the next one would start. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requires } from '../helpers/requires.ts';
import { allRecords } from '../runtime/rig.ts';
import { lastJson, MAIN, newHome, slowRun, turingos } from './harness.ts';

const bubblewrap = requires('bubblewrap');
const CONTAINER = ['--bind', '/', '/', '--dev', '/dev', '--unshare-pid', '--proc', '/proc'];

/** The command in a PID namespace of its own, as in a container that shares the home. */
const contained = (...args: string[]) => {
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync('bwrap', [...CONTAINER, process.execPath, MAIN, ...args], options);
  return { code: status, stdout, stderr };
};

const resumed = async (dir: string): Promise<boolean> =>
  (await allRecords(dir)).some(({ kind }) => kind === 'run.resumed');

describe('from another PID namespace', () => {
  test('two-kernels-pid-namespace: a live run is seen, not resumed; it is killed over its socket', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const home = newHome();
    const { id, dir, pid, ended } = await slowRun(home);
    const refused = contained('resume', id, '--headless', '--home', home);
    expect(refused).toMatchObject({ code: 75 });
    expect(refused.stderr).toBe(
      `turingos: run ${id} is alive, as process ${pid} of another container (PID namespace): there is nothing to resume; \`turingos attach ${id}\` shows it\n`,
    );
    expect(lastJson(contained('ps', '--json', '--home', home))).toMatchObject({
      runs: [{ id, state: 'running', pid }],
    });
    expect(lastJson(contained('kill', id, '--json', '--home', home))).toMatchObject({ by: 'command', group: null });
    expect((await ended).code).toBe(130);
    expect(await resumed(dir)).toBe(false);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  }, 60_000);

  test('a kernel that is stopped is neither resumed nor killed from there', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const home = newHome();
    const { id, dir, pid } = await slowRun(home);
    process.kill(pid, 'SIGSTOP');
    expect(contained('resume', id, '--headless', '--home', home)).toMatchObject({ code: 75 });
    const killed = contained('kill', id, '--home', home);
    expect(killed).toMatchObject({ code: 75 });
    expect(killed.stderr).toMatch(/^turingos: run .* cannot be killed from here: [^\n]*\n$/);
    expect(await resumed(dir)).toBe(false);
  }, 60_000);

  test('a run whose container is gone goes on in the next one', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const home = newHome();
    const { id, dir, pid, ended } = await slowRun(home, '--pace', '3');
    process.kill(pid, 'SIGKILL');
    await ended;
    const lock = join(dir, 'journal', 'lock');
    const text = readFileSync(lock, 'utf8');
    expect(lastJson(contained('ps', '--all', '--json', '--home', home))).toMatchObject({ runs: [{ state: 'gone' }] });
    expect(contained('resume', id, '--headless', '--home', home)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(lock)).toBe(false);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
    // Without a socket nobody can tell: the sentence says what is to be done.
    writeFileSync(lock, text);
    rmSync(join(dir, 'control.sock'), { force: true });
    const refused = contained('resume', id, '--headless', '--home', home);
    expect(refused).toMatchObject({ code: 75 });
    expect(refused.stderr).toMatch(
      /^turingos: run .* may be written by a process of another container .* delete .*lock\n$/,
    );
  }, 60_000);
});

describe('two-kernels-lost-lock', () => {
  test.each<[string, (lock: string) => void]>([
    ['deleted', (lock) => rmSync(lock)],
    ['emptied', (lock) => truncateSync(lock, 0)],
    ['cut', (lock) => truncateSync(lock, 9)],
  ])(
    'a live run whose lock is %s is neither resumed nor lost; the lock comes back',
    async (_, lose) => {
      const home = newHome();
      const { id, dir, pid, ended } = await slowRun(home);
      const lock = join(dir, 'journal', 'lock');
      const text = readFileSync(lock, 'utf8');
      lose(lock);
      const refused = await turingos('resume', id, '--headless', '--home', home);
      expect(refused).toMatchObject({ code: 75 });
      expect(refused.stderr).toContain(`run ${id} is alive`);
      expect(await resumed(dir)).toBe(false);
      while (!existsSync(lock) || readFileSync(lock, 'utf8') !== text)
        await new Promise((done) => setTimeout(done, 20));
      expect(lastJson(await turingos('kill', id, '--json', '--home', home))).toMatchObject({
        by: 'command',
        group: pid,
      });
      expect((await ended).code).toBe(130);
      expect((await turingos('verify', id, '--home', home)).code).toBe(0);
    },
    60_000,
  );

  test('a stopped kernel whose lock is lost is seen by its socket', async () => {
    const home = newHome();
    const { id, dir, pid } = await slowRun(home);
    process.kill(pid, 'SIGSTOP');
    rmSync(join(dir, 'journal', 'lock'));
    const refused = await turingos('resume', id, '--headless', '--home', home);
    expect(refused.stderr).toContain(`run ${id} is alive: its kernel listens, though it does not answer`);
    expect(lastJson(await turingos('ps', '--json', '--home', home))).toMatchObject({
      runs: [{ id, state: 'running' }],
    });
    process.kill(pid, 'SIGCONT');
    expect(lastJson(await turingos('kill', id, '--json', '--home', home))).toMatchObject({ by: 'command', group: pid });
  }, 60_000);
});
