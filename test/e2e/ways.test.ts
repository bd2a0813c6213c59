// Ways around in a real terminal: the palette, filters, a jump, on the live screen and on the list of runs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, newDesk } from './harness/desk.ts';
import { KEYS } from './harness/pty.ts';

let desk: Desk;
let id: string;
beforeAll(async () => {
  desk = newDesk();
  const ended = await desk.call('run', 'ledger-4', '--profile', 'sim', '--seed', '3', '--headless', '--json');
  id = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '{}').id;
});
afterAll(() => desk.close());

test('the palette finds a screen, a pane and a verb by their names; keys that come at once are its own', async () => {
  const pty = desk.open(['open', id]);
  await pty.waitFor(/ENDED +DONE|HELD|DONE/);
  // All of it as one event: the q in it is no quit.
  pty.keys(':stack\r');
  await pty.waitFor(/8 CALL STACK/);
  pty.keys(':verify\r');
  await pty.waitFor(/decisions: \d+ inputs, \d+ events, no divergence/, 30_000);
  pty.keys(KEYS.escape);
  await pty.waitFor((screen) => screen.includes('7 TIMELINE') && !screen.includes('no divergence'));
  pty.keys(':runs\r');
  await pty.waitFor(/^RUNS 1 /m);
  pty.keys('q');
  expect((await pty.exit).code).toBe(0);
}, 60_000);

test('a filter that is wrong is told and stays; a good one filters; Enter leads from a trap to its tick', async () => {
  const pty = desk.open(['open', id]);
  await pty.waitFor(/6 TRAPS/);
  pty.keys('6/(eacces');
  await pty.waitFor(/is no pattern: a \( is not closed/);
  pty.keys('\r');
  await pty.waitFor(/is no pattern/);
  pty.keys(')\r');
  await pty.waitFor((screen) => /6 TRAPS.*\/\(eacces\)/.test(screen) && !screen.includes('CPU_FAULT json'));
  pty.resize(100, 30);
  await pty.waitFor((screen) => /6 TRAPS.*\/\(eacces\)/.test(screen) && screen.split('\n').length === 30);
  pty.keys('n\r');
  await pty.waitFor(/TICKS/);
}, 60_000);

test('the list of runs: why in the preview and as a page, and a filter that leaves out', async () => {
  const pty = desk.open(['runs']);
  await pty.waitFor(/first trouble +t\d+/);
  pty.keys('w');
  await pty.waitFor(/next +turingos verify/, 30_000);
  pty.keys(KEYS.escape);
  await pty.waitFor(/^RUNS 1 /m);
  pty.keys('/!done\r');
  await pty.waitFor(/No run matches the filter/);
  pty.keys(KEYS.escape);
  await pty.waitFor(/no filter/);
  pty.keys('q');
  expect((await pty.exit).code).toBe(0);
}, 60_000);
