import { cleanup } from 'ink-testing-library';
import stringWidth from 'string-width';
import { afterEach, expect, test } from 'vitest';
import { makeLook } from '../../src/components/look.ts';
import { processesPane } from '../../src/components/processes-pane.ts';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import { eventfulRun } from '../store/demo-run.ts';
import { NORMAL, show } from './live-show.tsx';

afterEach(cleanup);

test('from a handle to its grants and denials, and from a line of them to its tick', async () => {
  const { press, ui } = show(NORMAL);
  await press('4', /\[4 CAPS/);
  await press('j', () => ui.getState().cursor[4] !== undefined);
  const text = await press('\r', /GRANTED/);
  expect(text).toMatch(/h1 r rows\//);
  expect(text).toMatch(/t0 {2}P1 from the task/);
  expect(text).toMatch(/DENIED, WHERE IT WAS THE NEAREST/);
  expect(text).toMatch(/t\d+ {2}w vfd:\/\/rw\/<name> x3/);
  await press('\u001b', () => ui.getState().overlay === null);
  // A shape that was asked for in vain leads to the last tick on which it was.
  await press(`\u001b[F`, () => (ui.getState().cursor[4] ?? '').startsWith('denied'));
  await press('\r', () => ui.getState().inspect !== null);
});

test('from a process to what it waits for or its stream, from a worker to its vote and back again', async () => {
  const { press, ui, run } = show(NORMAL);
  await press('3', () => ui.getState().focus === 3);
  await press('j', () => ui.getState().cursor[3] === 'p1');
  const planner = Object.values(run.state.procs).find(({ pid }) => pid === 1);
  await press('\r', () => ui.getState().focus === (planner?.wait === null ? 1 : 5));
  await press('\u007f', () => ui.getState().focus === 3);
  // One that has ended has its stream still.
  await press('\u001b[F', () => ui.getState().cursor[3] !== 'p1');
  await press('\r', () => ui.getState().focus === 2 || ui.getState().inspect !== null);
});

test('from a step of the vote to the worker that had it last, and from there to its vote', async () => {
  const { press, ui } = show(NORMAL);
  await press('5', () => ui.getState().focus === 5);
  await press('j', () => ui.getState().cursor[5] !== undefined);
  const step = ui.getState().cursor[5];
  await press('\r', () => ui.getState().focus === 2);
  await press('\r', () => ui.getState().focus === 5 && ui.getState().cursor[5] === step);
  await press('\u007f', () => ui.getState().focus === 2);
  await press('\u007f', () => ui.getState().focus === 5);
  await press('\u007f', /There was no jump that could be undone/);
});

test('n and N go round the rows that a filter lets through; half and whole panes', async () => {
  const { press, ui } = show(NORMAL);
  await press('6', () => ui.getState().focus === 6);
  await press('n', /There is no filter here/);
  await press('/cpu_fault\r', /6 TRAPS.*\/cpu_fault/);
  await press('n', () => ui.getState().trap !== null);
  const first = ui.getState().trap;
  await press('n', () => ui.getState().trap !== first);
  await press('N', () => ui.getState().trap === first);
  await press('N', () => ui.getState().trap !== first);
  await press('\u001b', /6 TRAPS(?!.*cpu_fault)/);
  await press('\u001b[H', () => ui.getState().trap !== null);
  const top = ui.getState().trap;
  await press('\u0004', () => ui.getState().trap !== top);
  await press('\u0015', () => ui.getState().trap === top);
});

test('a filter on any list tells what is wrong with it, keeps it open, and survives a resize', async () => {
  const { press, ui } = show(NORMAL);
  await press('4', () => ui.getState().focus === 4);
  const wrong = await press('/(h1', /is no pattern: a \( is not closed/);
  expect(wrong).toMatch(/CAPS.*\/\(h1 ! no pat/);
  await press('\r', /is no pattern/);
  expect(ui.getState().typing).toBe(true);
  await press(')\r', () => !ui.getState().typing);
  expect(ui.getState().filter[4]).toBe('(h1)');
  await press('\u001b', () => ui.getState().filter[4] === '');
  await press('3', () => ui.getState().focus === 3);
  await press('/!planner\r', () => !ui.getState().typing);
  expect(await press('', /PROC/)).not.toMatch(/^.P1 +(running|ready|blocked)/m);
});

test('pids of four digits stand whole, and apart from what follows', () => {
  const { records } = eventfulRun();
  const live = records.reduce(foldLive, emptyLive);
  const ended = live.ended.map((proc) => ({ ...proc, pid: proc.pid + 1000 }));
  const list = { focused: false, scroll: 0, filter: '', joint: false, cursor: null };
  const look = makeLook({ colours: false, unicode: true });
  const lines = processesPane(look, 40, 30, { ...list, live: { ...live, ended } });
  const text = lines.join('\n').replaceAll(/\u001b\[[\d;]*m/g, '');
  for (const { pid, as } of ended) expect(text).toMatch(new RegExp(`w${pid} ${as}`));
  expect(new Set(lines.map((line) => stringWidth(line)))).toEqual(new Set([40]));
});
