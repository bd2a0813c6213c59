import { expect, it } from 'vitest';
import { LongRun } from '../../scripts/soak/long-run.ts';
import { withoutHistory } from '../../src/kernel/history.ts';
import { emptyLive, foldLive, type LiveState, shownProcs } from '../../src/store/live-state.ts';
import { TRAPS_KEPT } from '../../src/store/projections/traps.ts';
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

/** The most that a state takes as JSON over some ticks of a run. */
const peak = (run: LongRun, from: LiveState, ticks: number): { live: LiveState; chars: number } => {
  let live = from;
  let chars = 0;
  for (const end = run.tick + ticks; run.tick < end; ) {
    live = run.next(1000).reduce(foldLive, live);
    chars = Math.max(chars, JSON.stringify(live).length);
  }
  return { live, chars };
};

it('what is kept of a run for those who look does not grow with it', () => {
  const run = new LongRun(0);
  const full = peak(run, emptyLive, 2400);
  expect(full.live.traps.rows.length).toBe(TRAPS_KEPT);
  const early = peak(run, full.live, 600);
  const late = peak(run, peak(run, early.live, 2400).live, 600);
  // A few digits more in the numbers.
  expect(late.chars).toBeLessThan(early.chars * 1.02);
  expect(withoutHistory(late.live.kernel)).toBe(late.live.kernel);
});
