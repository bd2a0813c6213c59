// The tick inspector in a real terminal: opened from a replay and by its place, on a run of simulated brains.
import { afterAll, beforeAll, test } from 'vitest';
import { type Desk, newDesk } from './harness/desk.ts';
import { KEYS } from './harness/pty.ts';

let desk: Desk;
let id: string;
let ticks: number;

beforeAll(async () => {
  desk = newDesk();
  const { stdout } = await desk.call('run', 'ledger-12', '--profile', 'sim', '--seed', '2', '--headless', '--json');
  const end = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { id: string; ticks: number };
  [id, ticks] = [end.id, end.ticks];
}, 60_000);
afterAll(() => desk.close());

test.each([
  ['80×24', { cols: 80, rows: 24 }],
  ['120×40', { cols: 120, rows: 40 }],
])('%s: a tick opens by its name, and each of its sides by a digit', async (_, size) => {
  const pty = desk.open(['open', `${id}@t2`], size);
  await pty.waitFor(new RegExp(`INSPECT +t2( of |/)${ticks} `), 20_000);
  pty.keys('1');
  await pty.waitFor(/1 FRAME P1 saw [\d,]+ of [\d,]+/);
  pty.keys('2');
  await pty.waitFor(/SCHEMA +valid/);
  pty.keys('3');
  await pty.waitFor(/>in brain\.replied/);
  pty.keys('4');
  await pty.waitFor(/P1\.state +running >/);
  pty.keys('5');
  await pty.waitFor(/tree [0-9a-f]{4}\.\./);
  pty.keys('6');
  await pty.waitFor(/run ended passed/);
  pty.keys('3');
  await pty.waitFor(/>in brain\.replied/);
  pty.keys(KEYS.enter);
  await pty.waitFor('"kind": "brain.replied"');
  pty.keys(KEYS.escape);
  await pty.waitFor((screen) => !screen.includes('"kind"'));
  pty.keys('..');
  await pty.waitFor(/INSPECT +t4/);
  pty.keys('e');
  await pty.waitFor(/^! t(?!4 )\d+ [Pw]\d+ [A-Z_]{5,} /m);
});

test('from the replay screen into a tick and back, which moves along', async () => {
  const pty = desk.open(['replay', id], { cols: 120, rows: 40 });
  // It may have come to its end by the time that somebody looks.
  await pty.waitFor(/REPLAY/, 20_000);
  pty.keys('gt9\r');
  await pty.waitFor(/t9 of/);
  pty.keys(KEYS.enter);
  await pty.waitFor(/INSPECT +t9 of/);
  pty.keys('.');
  await pty.waitFor(/INSPECT +t10 of/);
  pty.keys('q');
  await pty.waitFor((screen) => !screen.includes('INSPECT') && / t10 of /.test(screen));
});

test('a live run goes on while one of its ticks is looked at', async () => {
  const live = await desk.begin('ledger-12', '--profile', 'sim', '--seed', '3', '--pace', '25');
  const pty = desk.open(['attach', live], { cols: 80, rows: 24 });
  await pty.waitFor(/LIVE +RUNNING/, 20_000);
  await pty.waitFor(/ t(?!1 )\d+ /);
  pty.keys(',');
  await pty.waitFor(/HELD/);
  pty.keys(KEYS.enter);
  const ticksOf = (screen: string): number => Number(/INSPECT t\d+\/(\d+) /.exec(screen)?.[1] ?? 0);
  const before = ticksOf(await pty.waitFor(/INSPECT t\d+\/\d+ .*(HELD|OPEN)/));
  await pty.waitFor((screen) => ticksOf(screen) > before, 20_000);
});
