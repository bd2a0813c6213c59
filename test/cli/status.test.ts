import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runsSource } from '../../src/runs-source.ts';
import { killGroup, lockHolder } from '../../src/runtime/liveness.ts';
import { runDir } from '../../src/runtime/run-dir.ts';
import { type RunRow, sortRuns, whyText } from '../../src/screens/runs/runs-model.ts';
import { begin, firstRecord, lastJson, newHome, slowRun, turingos } from './harness.ts';

const status = (home: string, ...more: string[]) => turingos('status', ...more, '--home', home);

test('without runs the line is empty, and the sentence says so', async () => {
  const home = newHome();
  expect(await status(home, '--line')).toMatchObject({ code: 0, stdout: '\n' });
  expect((await status(home)).stdout).toBe('no run needs anybody\n');
});

test('the worst comes first; what goes well is counted; what has ended well is left out', async () => {
  const home = newHome();
  const gone = await slowRun(home);
  killGroup(gone.pid);
  await gone.ended;
  await turingos('run', 'ledger-4', '--headless', '--profile', 'sim', '--home', home);
  const live = await launched('run', 'ledger-12', '--headless', '--profile', 'sim', '--pace', '60', '--home', home);
  const first = `${gone.id.slice(0, 4)} GONE t\\d+`;
  expect((await status(home, '--line')).stdout).toMatch(new RegExp(`^${first} \\| 1 running\n$`));
  await turingos('pause', live, '--home', home);
  const second = `${live.slice(0, 4)} PAUSED t\\d+`;
  expect((await status(home, '--line')).stdout).toMatch(new RegExp(`^${first} \\| ${second}\n$`));
  expect((await status(home, '--line', '--tmux')).stdout).toContain('#[fg=red,bold]GONE#[default]');
  expect((await status(home)).stdout).toMatch(/^\w{8} GONE at t\d+: ledger-12\n\w{8} PAUSED at t\d+: ledger-12\n$/);
  expect(lastJson(await status(home, '--json'))).toMatchObject({ runs: [{ word: 'GONE' }, { word: 'PAUSED' }] });
});

test('a run that paused by itself comes before what has ended, in every list, and says why', async () => {
  const home = newHome();
  const args = ['ledger-4', '--headless', '--profile', 'sim', '--home', home];
  const policy = join(home, 'short.yaml');
  writeFileSync(policy, 'limits: {maxTicks: 3}\n');
  await turingos('run', ...args, '--policy', policy);
  const plan = join(home, 'plan.yaml');
  writeFileSync(plan, 'faults: [{fault: brain.garbage, target: planner, rate: 1}]\n');
  const halted = await launched('run', ...args, '--pause-on', 'panic=2', '--chaos', plan);
  const dir = runDir(home, halted);
  await firstRecord(dir, ({ kind }) => kind === 'run.paused');
  const why = 'by itself: panic<=2: 2 left';
  const lines = (await status(home)).stdout.split('\n');
  expect(lines[0]).toMatch(new RegExp(`^${halted} \\w+ at t\\d+: ledger-4, ${why}`));
  expect(lines[1]).toContain(' LIMIT at t3');
  expect((await turingos('ps', '--home', home)).stdout).toContain(why);
  expect((await turingos('why', halted, '--home', home)).stdout).toMatch(new RegExp(`^paused +${why}`, 'm'));
  const rows = await runsSource(home).list();
  expect(sortRuns(rows, 'attention').map(({ state }) => state)).toEqual(['paused', 'limit']);
  expect(whyText(rows.find(({ id }) => id === halted) as RunRow)).toContain(why);
});

test('a run that goes nowhere while no process comes near its limit needs somebody, in every list', async () => {
  const home = newHome();
  const plan = join(home, 'plan.yaml');
  writeFileSync(plan, 'faults: [{fault: brain.garbage, target: worker, rate: 1}]\n');
  const args = ['--headless', '--profile', 'sim', '--pace', '3', '--chaos', plan, '--home', home];
  const id = await launched('run', 'ledger-12', ...args);
  const dir = runDir(home, id);
  await firstRecord(dir, ({ kind, tick }) => kind === 'route.dispatched' && Number(tick) >= 40);
  // Held as it is, with a living kernel.
  process.kill(lockHolder(dir)?.pid as number, 'SIGSTOP');
  const text = /no progress for \d\d+ ticks/;
  const { stdout } = await status(home);
  expect(stdout).toMatch(new RegExp(`^${id} THRASHING at t\\d+: ledger-12, ${text.source}\n$`));
  expect((await turingos('why', id, '--home', home)).stdout).toMatch(
    new RegExp(`^last progress +t\\d+ .*; ${text.source}$`, 'm'),
  );
  expect(await runsSource(home).list()).toMatchObject([{ id, state: 'thrash', reason: expect.stringMatching(text) }]);
});

/** Starts a run and resolves with its id when it has begun. */
const launched = (...args: string[]): Promise<string> => {
  const { proc } = begin(...args, '--json');
  return new Promise((resolve) => proc.stdout?.once('data', (text) => resolve(JSON.parse(text.split('\n')[0]).id)));
};
