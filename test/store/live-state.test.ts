import { expect, it } from 'vitest';
import { emptyLive, foldLive, shownProcs } from '../../src/store/live-state.ts';
import { DemoRun } from './demo-run.ts';

const look = { op: 'SYS_GOTO', cap: 'h1' };
const scripts = {
  planner: (n: number) =>
    n === 0 ? JSON.stringify({ q: 'look', mind: [{ op: 'SYS_PUSH', text: 'plan' }], world: look }) : undefined,
  worker: () => undefined,
};

it('after a kill the tables still show the processes as the end found them', () => {
  const run = new DemoRun(scripts).play();
  const alive = shownProcs(run.records.reduce(foldLive, emptyLive));
  run.command({ command: 'kill' });
  const live = run.records.reduce(foldLive, emptyLive);
  expect(live.kernel.phase).toBe('ended');
  expect(shownProcs(live)).toEqual(alive);
  expect(alive).toMatchObject([
    { pid: 1, stack: ['plan'], caps: { h1: { target: 'rows/' }, h2: { target: 'ANSWER.txt' } } },
  ]);
});
