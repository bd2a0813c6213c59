import { expect, test } from 'vitest';
import { killGroup } from '../../src/runtime/liveness.ts';
import { begin, lastJson, newHome, slowRun, turingos } from './harness.ts';

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

/** Starts a run and resolves with its id when it has begun. */
const launched = (...args: string[]): Promise<string> => {
  const { proc } = begin(...args, '--json');
  return new Promise((resolve) => proc.stdout?.once('data', (text) => resolve(JSON.parse(text.split('\n')[0]).id)));
};
