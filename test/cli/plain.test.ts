/** The line mode on living runs: `--plain` of run and attach. That of replay is in replay.test.ts. */
import type { ChildProcess } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { kernelPid } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { allRecords } from '../runtime/rig.ts';
import { begin, beginTold, firstRecord, newHome, slowRun, turingos } from './harness.ts';

const run = (home: string, ...more: string[]) => [
  'run',
  'ledger-4',
  '--plain',
  '--profile',
  'sim',
  '--home',
  home,
  ...more,
];

/** Resolves with the first line that fits, of those that come from now on. */
const lineOf = (proc: ChildProcess, stream: 'stdout' | 'stderr', fits: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    proc.once('close', () => reject(new Error(`no line ${fits} in:\n${text}`)));
    proc[stream]?.on('data', (chunk: string) => {
      text += chunk;
      const line = text.split('\n').find((one) => fits.test(one));
      if (line !== undefined) resolve(line);
    });
  });

describe('run --plain', () => {
  test('without a terminal and with stdin closed: sentences from the start to the end, and the exit code of the run', async () => {
    const { code, stdout, stderr } = await turingos(...run(newHome(), '--seed', '3'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^run \w+ begins; Ctrl-C kills it/);
    expect(lines[1]).toMatch(/ run \w+ of ledger-4: planner SIM, worker SIM, seed 3$/);
    expect(stdout).toMatch(/^00:\d\d\.\d{3} t\d+ P1 starts map m1 of \d+ steps?$/m);
    expect(stdout).toMatch(/^00:\d\d\.\d{3} w\d+ votes \d+ in m1 step 1$/m);
    expect(lines.at(-1)).toMatch(/ ended DONE after \d+ ticks: ok$/);
  });

  test('Ctrl-C kills the run', async () => {
    const home = newHome();
    const { proc, ended } = begin(...run(home, '--pace', '40'));
    await lineOf(proc, 'stdout', /P1 begins/);
    proc.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/ended KILLED after \d+ ticks?: cli: Ctrl-C/);
  });

  test('a reader that has had enough ends the watching, not the run', async () => {
    const home = newHome();
    const { proc, ended } = begin(...run(home, '--pace', '40'));
    await lineOf(proc, 'stdout', /P1 begins/);
    proc.stdout?.destroy();
    expect((await ended).code).toBe(0);
    const dir = runDir(home, runIds(home)[0] as string);
    expect(kernelPid(dir)).toBeDefined();
    await firstRecord(dir, ({ kind, tick }) => kind === 'route.dispatched' && Number(tick) > 1);
  });
});

describe('attach --plain', () => {
  test('says how things stand, takes orders a line each, and leaves the run alone at the end', async () => {
    const { dir, id } = await slowRun(newHome());
    const home = dir.slice(0, dir.lastIndexOf('/runs/'));
    const { proc, ended } = beginTold('attach', id, '--plain', '--home', home);
    await lineOf(proc, 'stdout', new RegExp(`run ${id} of ledger-12 is RUNNING at t\\d+; planner SIM, worker SIM;`));
    const refused = lineOf(proc, 'stderr', /^turingos: .*"?fly"?.*/);
    const paused = lineOf(proc, 'stdout', / paused$/);
    proc.stdin?.write('fly\n\npause\n');
    await refused;
    await paused;
    const told = lineOf(proc, 'stdout', /order of plain: tell.*\(it dawdles\)/);
    proc.stdin?.write('tell P1 "look at rows/" --reason "it dawdles"\n');
    await told;
    const foretold = lineOf(proc, 'stdout', /^would be: panic budget raised by 2/);
    proc.stdin?.write('grant panic 2 --dry-run\n');
    await foretold;
    const standing = lineOf(proc, 'stdout', / is PAUSED at t\d+/);
    proc.stdin?.write('status\n');
    await standing;
    const goesOn = lineOf(proc, 'stdout', / goes on$/);
    proc.stdin?.write('unpause\n');
    await goesOn;
    proc.stdin?.write('detach\n');
    expect((await ended).code).toBe(0);
    expect(kernelPid(dir)).toBeDefined();
    const orders = (await allRecords(dir)).filter(({ kind }) => kind === 'operator.commanded');
    expect(orders.map(({ order }) => (order as { command: string }).command)).toEqual(['pause', 'tell', 'unpause']);
  });

  test('goes on after stdin is closed; a kill from there ends it with the run', async () => {
    const { dir, id } = await slowRun(newHome());
    const home = dir.slice(0, dir.lastIndexOf('/runs/'));
    const { proc, ended } = beginTold('attach', id, '--plain', '--home', home);
    await lineOf(proc, 'stdout', /is RUNNING/);
    proc.stdin?.end('kill\n');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/ended KILLED after/);
  });

  test('--read-only takes no orders', async () => {
    const { dir, id } = await slowRun(newHome());
    const home = dir.slice(0, dir.lastIndexOf('/runs/'));
    const { proc, ended } = beginTold('attach', id, '--plain', '--read-only', '--home', home);
    await lineOf(proc, 'stdout', /is RUNNING/);
    const refused = lineOf(proc, 'stderr', /--read-only/);
    proc.stdin?.write('kill\n');
    await refused;
    proc.stdin?.end('detach\n');
    expect((await ended).code).toBe(0);
    expect(kernelPid(dir)).toBeDefined();
  });

  test('of a run that has ended: how it ended, as a sentence and as the exit code', async () => {
    const home = newHome();
    await turingos(...run(home));
    const { code, stdout } = await turingos('attach', '@last', '--plain', '--home', home);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^00:\d\d\.\d{3} run \w+ of ledger-4 is DONE at t\d+: ok; planner SIM/),
    ]);
  });
});
