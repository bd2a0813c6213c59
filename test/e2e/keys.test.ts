// Keys, sizes and colours of the live screen in a real terminal, on one simulated run that is slow enough to last.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, newDesk } from './harness/desk.ts';
import { streamMoves, tickOf } from './harness/live-text.ts';
import { KEYS, type Pty } from './harness/pty.ts';

let desk: Desk;
let id: string;
let pty: Pty;
beforeAll(async () => {
  desk = newDesk();
  id = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '25');
  pty = desk.open(['attach', id]);
  await pty.waitFor(/LIVE +RUNNING/);
});
afterAll(() => desk.close());

/** What changes by itself on a paused run: the clock in the header. */
const still = (screen: string): string => screen.replace(/\b(\d+m)?\d+s\b/, 'TIME').replace(/TIME +/, 'TIME ');

test('? lists the keys and what they do; Esc closes it', async () => {
  const mine = desk.open(['attach', id]);
  await mine.waitFor(/LIVE +RUNNING/);
  mine.keys('?');
  await mine.waitFor((screen) =>
    ['Focus a pane', 'Zoom the focused pane', 'Previous tick', 'Next trap'].every((help) => screen.includes(help)),
  );
  // At 80×24 not all fit: the list is scrolled to its end.
  mine.keys('j'.repeat(60));
  await mine.waitFor((screen) =>
    ['Pause the run', 'One dispatch', 'Inject a fault', 'Kill the run; asks first', 'Quit; asks'].every((help) =>
      screen.includes(help),
    ),
  );
  mine.keys(KEYS.escape);
  await mine.waitFor((screen) => screen.includes('7 TIMELINE') && !screen.includes('Kill the run; asks first'));
});

test('P pauses, S makes one dispatch, P lets it go on', async () => {
  pty.keys('P');
  await pty.waitFor(/LIVE +PAUSED/);
  // What was in flight comes to its end first.
  await pty.waitFor(/PLANNER.*idle.*paused|idle: paused/, 20_000);
  const before = tickOf(pty.screen().join('\n'));
  pty.keys('S');
  await pty.waitFor((screen) => tickOf(screen) === before + 1);
  await pty.waitFor(/idle: paused/, 20_000);
  expect(tickOf(pty.screen().join('\n'))).toBe(before + 1);
});

test('twenty resizes in a row end in the screen that was there before', async () => {
  pty.keys('l');
  const shown = await pty.waitFor((screen) => screen.includes('idle: paused') && !screen.includes('One dispatch.'));
  const before = still(shown);
  // A small linear congruential generator: the same storm every time.
  let random = 7;
  const next = (from: number, to: number): number => {
    random = (random * 1103515245 + 12345) % 2147483648;
    return from + (random % (to - from + 1));
  };
  for (let i = 0; i < 20; i += 1) pty.resize(next(20, 200), next(5, 60));
  pty.resize(80, 24);
  await pty.waitFor((screen) => still(screen) === before);
  expect(pty.counts()).toMatchObject({ altEnter: 1, altLeave: 0 });
});

test('at 60×20 streams share a slot, Tab goes round, and the state and the way out are seen', async () => {
  pty.keys('P');
  pty.resize(60, 20);
  const screen = await pty.waitFor((text) => /LIVE +RUNNING/.test(text) && text.split('\n').length === 20);
  expect(screen).toMatch(/SIM/);
  await pty.waitFor(/quit/);
  await pty.waitFor(/1 PLANNER/);
  pty.keys(KEYS.tab);
  await pty.waitFor((text) => /2 WORKERS/.test(text) && !/1 PLANNER/.test(text));
  pty.keys('1');
  await pty.waitFor(/1 PLANNER/);
  pty.resize(80, 24);
  await pty.waitFor((text) => text.includes('1 PLANNER') && text.includes('2 WORKERS'));
});

test('while streams move nothing clears the whole screen', async () => {
  const { clearScreen, bytes } = pty.counts();
  await streamMoves(pty, 'workers');
  expect(pty.counts().bytes).toBeGreaterThan(bytes);
  expect(pty.counts().clearScreen).toBe(clearScreen);
});

test('with NO_COLOR nothing is coloured, and all is said in words and signs', async () => {
  const plain = desk.open(['attach', id], { env: { NO_COLOR: '1', COLORTERM: undefined } });
  await plain.waitFor(/LIVE +RUNNING/);
  await streamMoves(plain, 'workers');
  const cells = plain.cells().flat();
  expect(cells.filter(({ fg, bg }) => fg !== undefined || bg !== undefined)).toEqual([]);
  expect(plain.output()).not.toMatch(/\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m/);
});
