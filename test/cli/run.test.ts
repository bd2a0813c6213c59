import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { groupMembers } from '../../src/runtime/liveness.ts';
import { Manifest } from '../../src/runtime/manifest.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { allRecords } from '../runtime/rig.ts';
import { begin, beginOnTerminal, lastJson, newHome, slowRun, turingos } from './harness.ts';

const sim = (home: string, ...more: string[]) =>
  turingos('run', 'ledger-4', '--headless', '--profile', 'sim', '--home', home, ...more);

describe('run --headless', () => {
  test('with --json: one event a line, at last what became of it; then it verifies and is listed', async () => {
    const home = newHome();
    const ended = await sim(home, '--json');
    const end = lastJson(ended);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(end).toMatchObject({ outcome: 'passed', worldHash: expect.any(String), stateHash: expect.any(String) });
    const kinds = ended.stdout.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text).kind as string]));
    expect(kinds).toEqual(expect.arrayContaining(['run.created', 'map.started', 'tick.committed', 'run.ended']));

    const first: unknown = JSON.parse(ended.stdout.split('\n')[0] ?? '');
    expect(first).toMatchObject({ kind: 'run.launched', id: (lastJson(ended) as { id: string }).id });
    const verified = await turingos('verify', '@last', '--json', '--home', home);
    expect(verified.code).toBe(0);
    expect(lastJson(verified)).toMatchObject({
      ok: true,
      chain: { ok: true, records: end.records },
      decisions: { ok: true, divergence: null },
    });
    expect(lastJson(await turingos('ps', '--json', '--home', home))).toEqual({ runs: [] });
    const { runs } = lastJson(await turingos('ps', '--all', '--json', '--home', home));
    expect(runs).toMatchObject([{ id: end.id, state: 'passed', simulated: true, tick: end.ticks, pid: null }]);
  });

  test('one seed, one end', async () => {
    const home = newHome();
    const [first, second] = await Promise.all([sim(home, '--json', '--seed', '7'), sim(home, '--json', '--seed', '7')]);
    expect(lastJson(second).stateHash).toBe(lastJson(first).stateHash);
    expect(lastJson(second).id).not.toBe(lastJson(first).id);
  });

  test('freezes what the run is made of in run.json', async () => {
    const home = newHome();
    const { dir } = lastJson(await sim(home, '--json', '--seed', '3', '--fsync', 'never')) as { dir: string };
    const text = readFileSync(join(dir, 'run.json'), 'utf8');
    expect(Manifest.parse(JSON.parse(text))).toMatchObject({
      profile: 'sim',
      seed: 3,
      config: { pace: 'max', fsync: 'never' },
      brains: { planner: { name: 'SIM', simulated: true } },
      task: { name: 'ledger-4' },
      environment: { node: process.versions.node },
    });
  });

  test('Ctrl-C kills the run', async () => {
    const { proc, ended, dir } = await slowRun(newHome());
    proc.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect((await allRecords(dir)).find(({ kind }) => kind === 'run.ended')).toMatchObject({
      outcome: 'killed',
      reason: 'cli: Ctrl-C',
    });
  });

  test('Ctrl-C ends a run whose kernel is stuck', async () => {
    const { proc, ended, pid } = await slowRun(newHome());
    process.kill(pid, 'SIGSTOP');
    proc.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(groupMembers(pid)).toEqual([]);
  });

  test('Ctrl-C while a run with a console starts: the run is killed, and no console opens', async () => {
    const home = newHome();
    const run = beginOnTerminal('run', 'ledger-12', '--profile', 'sim', '--pace', '40', '--home', home);
    while (runIds(home).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const dir = runDir(home, runIds(home)[0] as string);
    while (!existsSync(join(dir, 'launch.json'))) await new Promise((resolve) => setTimeout(resolve, 1));
    run.proc.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^[0-9a-f]{8} was killed after \d+ ticks?: cli: Ctrl-C\n$/);
    expect((await allRecords(dir)).find(({ kind }) => kind === 'run.ended')).toMatchObject({ outcome: 'killed' });
  });

  test('SIGTERM to the kernel is a kill by signal, journalled', async () => {
    const { ended, pid, id } = await slowRun(newHome());
    process.kill(pid, 'SIGTERM');
    expect(await ended).toMatchObject({ code: 130, stdout: expect.stringContaining(`${id} was killed after`) });
    expect((await ended).stdout).toContain('signal: SIGTERM');
  });

  test('a hung-up terminal is nothing to the kernel', async () => {
    const home = newHome();
    const { pid, ended } = await slowRun(home);
    process.kill(pid, 'SIGHUP');
    expect((await turingos('ps', '--home', home)).stdout).toContain('LIVE');
    await turingos('kill', '@last', '--home', home);
    await ended;
  });

  test('a reader that leaves early is no error', async () => {
    const { proc, ended } = begin('run', 'ledger-12', '--json', '--profile', 'sim', '--home', newHome());
    proc.stdout?.once('data', () => proc.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
