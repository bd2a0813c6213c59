// However the console ends, the terminal is what it was: normal screen, cursor shown, cooked mode. The shell under which
// it ran tells, in the same terminal.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupMembers } from '../../src/runtime/liveness.ts';
import { childOf, type Desk, newDesk, recordsOf } from './harness/desk.ts';
import { KEYS, type Pty } from './harness/pty.ts';

let desk: Desk;
let id: string;
beforeAll(async () => {
  desk = newDesk();
  id = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '60');
});
afterAll(() => desk.close());

/** What must hold on the shell's next prompt. @returns the text on the normal screen */
const expectRestored = async (pty: Pty, code: number): Promise<string> => {
  const screen = await pty.waitFor('READY');
  expect(screen).toContain(`code=${code}`);
  expect(screen).toMatch(/[^-]icanon/);
  expect(screen).toMatch(/[^-]isig/);
  expect(screen).toMatch(/[^-]echo /);
  expect(screen).toMatch(/[^-]onlcr/);
  expect(pty.cursor().hidden).toBe(false);
  const { altEnter, altLeave } = pty.counts();
  expect(altLeave).toBe(altEnter);
  // Bracketed paste, mouse and focus reports, application keys: what was switched on is off again.
  for (const mode of ['2004', '1000', '1002', '1003', '1004', '1006', '2026', '1']) {
    const switched = pty.output().match(new RegExp(`\\x1b\\[\\?${mode}[hl]`, 'g')) ?? [];
    expect(switched.at(-1) ?? 'l').toMatch(/l$/);
  }
  pty.keys('typed\r');
  await pty.waitFor('line=typed');
  expect(await pty.exit).toEqual({ code: 0, signal: undefined });
  return screen;
};

const attach = async (): Promise<Pty> => {
  const pty = desk.openInShell(['attach', id]);
  await pty.waitFor(/LIVE +RUNNING/);
  expect(pty.counts()).toMatchObject({ altEnter: 1, altLeave: 0 });
  expect(pty.cursor().hidden).toBe(true);
  return pty;
};

const isAlive = (): boolean => groupMembers(desk.kernel(id)).length > 0;

test('quit and detach: the run goes on, and can be attached to again', async () => {
  for (let time = 0; time < 2; time += 1) {
    const pty = await attach();
    pty.keys('q');
    await pty.waitFor('QUIT');
    pty.keys('d');
    const screen = await expectRestored(pty, 0);
    expect(screen).toContain(`turingos attach ${id}`);
    expect(isAlive()).toBe(true);
  }
});

test('detaching from a run that this command started ends the command, not the run', async () => {
  const pty = desk.openInShell(['run', 'ledger-12', '--profile', 'sim', '--pace', '60']);
  await pty.waitFor(/LIVE +RUNNING/);
  pty.keys('q');
  await pty.waitFor('QUIT');
  pty.keys('d');
  await expectRestored(pty, 0);
  const mine = await desk.last();
  expect(mine).not.toBe(id);
  expect(groupMembers(desk.kernel(mine))).not.toEqual([]);
});

test('Ctrl-C asks as q does', async () => {
  const pty = await attach();
  pty.keys(KEYS.ctrlC);
  await pty.waitFor('QUIT');
  pty.keys(KEYS.enter);
  await expectRestored(pty, 0);
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const)('%s to the console ends it, and harms nothing', async (signal, code) => {
  const pty = await attach();
  process.kill(childOf(pty), signal);
  await expectRestored(pty, code);
  expect(isAlive()).toBe(true);
});

test('closing the terminal ends the console, and harms nothing', async () => {
  const pty = await attach();
  const console = childOf(pty);
  await pty.close();
  await expect.poll(() => groupMembers(pty.pid)).not.toContain(console);
  expect(isAlive()).toBe(true);
});

test.each(['component', 'timer'])('what is thrown in a %s becomes one sentence', async (where) => {
  const fixture = new URL('fixtures/throwing-console.ts', import.meta.url).pathname;
  const pty = desk.openFixture(fixture, where);
  await pty.waitFor('1 PLANNER');
  expect(pty.cursor().hidden).toBe(true);
  pty.keys('z');
  const screen = await expectRestored(pty, 70);
  // The terminal has wrapped the sentence.
  expect(screen.replaceAll('\n', '')).toMatch(
    /turingos: the console failed: .+\. The run is not touched by that; attach again\./,
  );
  expect(screen).not.toMatch(/^\s+at /m);
});

test('a kernel that dies shows as GONE, with the way out', async () => {
  const mine = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '60');
  const pty = desk.openInShell(['attach', mine]);
  await pty.waitFor(/LIVE +RUNNING/);
  process.kill(-desk.kernel(mine), 'SIGKILL');
  await pty.waitFor(/ENDED +GONE/);
  await pty.waitFor(/kernel is gone.*turingos resume/);
  pty.keys('q');
  await expectRestored(pty, 1);
  expect((await recordsOf(desk.dir(mine))).some(({ kind }) => kind === 'run.ended')).toBe(false);
  expect(await desk.call('verify', mine)).toMatchObject({ code: 0 });
});
