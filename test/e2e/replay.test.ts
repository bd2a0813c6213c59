// Replay, open and travelling in a live run, in a real terminal over runs of simulated brains.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, newDesk } from './harness/desk.ts';
import { KEYS, type Pty } from './harness/pty.ts';

let desk: Desk;
/** A finished run, and its ticks. */
let id: string;
let ticks: number;

beforeAll(async () => {
  desk = newDesk();
  const { stdout } = await desk.call('run', 'ledger-12', '--profile', 'sim', '--seed', '2', '--headless', '--json');
  const end = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { id: string; ticks: number };
  [id, ticks] = [end.id, end.ticks];
}, 60_000);
afterAll(() => desk.close());

const begun = async (args: readonly string[], size = { cols: 80, rows: 24 }): Promise<Pty> => {
  const pty = desk.open(args, size);
  await pty.waitFor(/REPLAY|HELD/, 20_000);
  return pty;
};

/** The tick in the first line of a held view. */
const at = (tick: number): RegExp => new RegExp(`^.* t${tick}(/| of )${ticks} .*(REPLAY|HELD)`);

test.each([
  ['80×24', { cols: 80, rows: 24 }],
  ['120×40', { cols: 120, rows: 40 }],
])('%s: a replay begins at the beginning, plays, and is moved by keys', async (_, size) => {
  const pty = await begun(['replay', id, '--speed', '0.25'], size);
  await pty.waitFor(/Playing x0\.25/);
  pty.keys(' ');
  await pty.waitFor(/space plays, enter inspects/);
  pty.keys('gt40\r');
  await pty.waitFor(at(40));
  pty.keys('.');
  await pty.waitFor(at(41));
  pty.keys(',,');
  await pty.waitFor(at(39));
  pty.keys('g50%\r');
  const half = await pty.waitFor((screen) => !at(39).test(screen));
  expect(half).toMatch(/REPLAY/);
  pty.keys(KEYS.home);
  await pty.waitFor(at(0));
  pty.keys('e');
  await pty.waitFor(/>t\d+ +[Pw]\d+ +\w+_?\w+/);
  pty.keys('g#100\r');
  await pty.waitFor(/#100\/|seq 100 of/);
  pty.keys(']');
  await pty.waitFor((screen) => !/#100\/|seq 100 of/.test(screen));
  pty.keys('gt9999\r');
  await pty.waitFor(`There is no tick 9999: the run has ${ticks}.`);
  pty.keys('gsomewhere\r');
  await pty.waitFor('"somewhere" is no place in a run');
  pty.keys(KEYS.end);
  await pty.waitFor(/REPLAY +DONE/);
  expect(pty.screen().join('\n')).not.toMatch(/P pause|K kill/);
  pty.keys('q');
  expect(await pty.exit).toEqual({ code: 0, signal: undefined });
});

test('played as fast as it goes, a replay comes to the end by itself and stays there', async () => {
  const pty = await begun(['replay', id, '--speed', 'max']);
  await pty.waitFor(/REPLAY +DONE/);
  expect(await pty.waitFor('space plays')).toMatch(new RegExp(`ended: DONE t${ticks}`));
});

test('a tag is kept beside the journal, and shown wherever the run is', async () => {
  const pty = await begun(['open', `${id}@t30`]);
  await pty.waitFor(/INSPECT +t30/);
  pty.keys(KEYS.escape);
  await pty.waitFor((screen) => screen.includes('2 WORKERS') && at(30).test(screen));
  pty.keys('m');
  await pty.waitFor('tag t30:');
  pty.keys('drops the hex #handle #sft\r');
  await pty.waitFor(/tag t30: "drops the hex" +#handle #sft/);
  const [line = ''] = readFileSync(join(desk.dir(id), 'tags.ndjson'), 'utf8')
    .trim()
    .split('\n');
  expect(JSON.parse(line)).toMatchObject({
    tick: 30,
    text: 'drops the hex',
    labels: ['handle', 'sft'],
    by: 'operator',
  });
  pty.keys('q');
  await pty.exit;
  const runs = desk.open(['runs']);
  await runs.waitFor(/#handle t30 +#sft t30/);
  runs.keys('/#handle\r');
  await runs.waitFor(/1 of \d/);
  runs.keys('/#nothing\r');
  await runs.waitFor(/No run matches/);
  expect((await desk.call('verify', id)).code).toBe(0);
});

test('open lands at ticks with the inspector, at records and shares without, by default at the end', async () => {
  const inspector = await begun(['open', `${id}@t40`], { cols: 120, rows: 40 });
  await inspector.waitFor(/t40 of/);
  await inspector.waitFor('0 TICKS');
  inspector.keys('.');
  await inspector.waitFor(/INSPECT +t41 of/);
  inspector.keys(KEYS.escape);
  await inspector.waitFor((screen) => screen.includes('2 WORKERS') && at(41).test(screen));
  const share = await begun(['open', `${id}@0%`]);
  await share.waitFor(at(0));
  const end = await begun(['open', id]);
  await end.waitFor(/REPLAY +DONE/);
});

test('in a live run the view goes into the past and comes back, and orders still reach the run', async () => {
  const live = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '20');
  const pty = desk.open(['attach', live], { cols: 120, rows: 40 });
  await pty.waitFor((screen) => Number(/ tick (\d+) /.exec(screen)?.[1]) >= 6, 30_000);
  pty.keys(',');
  await pty.waitFor(/HELD/);
  pty.keys('gt3\r');
  await pty.waitFor(/ t3 of \d+ .*HELD -\d+t/);
  pty.keys('P');
  await pty.waitFor(/Paused:/);
  expect(pty.screen().join('\n')).toMatch(/ t3 of \d+ .*HELD/);
  pty.keys('.');
  await pty.waitFor(/ t4 of \d+ /);
  pty.keys(' ');
  await pty.waitFor(/Playing x1/);
  pty.keys(' ');
  await pty.waitFor(/Held at t\d+/);
  pty.keys('l');
  await pty.waitFor(/LIVE +PAUSED/);
  // Opened from elsewhere it lands in the past of the same living run, with its keys.
  const opened = await begun(['open', `${live}@#20`], { cols: 120, rows: 40 });
  await opened.waitFor(/seq 20 of [\d,]+ .*HELD -\d+t/);
  expect(opened.screen().join('\n')).toMatch(/P pause/);
  opened.keys('l');
  await opened.waitFor(/LIVE +PAUSED/);
  // A replay of it follows too, but gives no orders.
  const replay = await begun(['replay', live], { cols: 120, rows: 40 });
  replay.keys('l');
  await replay.waitFor(/LIVE +PAUSED/);
  expect(replay.screen().join('\n')).not.toMatch(/P pause|S steps/);
  replay.keys('Pq');
  expect(await replay.exit).toEqual({ code: 0, signal: undefined });
});
