import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { KEYS, type Pty, spawnPty } from '../e2e/harness/pty.ts';

const CHILD = join(import.meta.dirname, 'terminal-child.mjs');
const built = existsSync('dist/app.js');

let pty: Pty | undefined;
afterEach(async () => pty?.close());

/** The console under a shell that shows afterwards what mode the terminal was left in. */
const start = async (how: string): Promise<Pty> => {
  const shell = `"$0" "$1" "$2"; echo "code $?"; stty -a | grep -o '[-]*icanon'; stty -a | grep -o '[-]*echo '; echo over`;
  pty = spawnPty({ command: '/bin/sh', args: ['-c', shell, process.execPath, CHILD, how], cols: 80, rows: 24 });
  await pty.waitFor(/PLANNER P1/);
  return pty;
};

const restored = async (open: Pty, code: number): Promise<string> => {
  const screen = await open.waitFor(/over\n/);
  expect(screen).toMatch(new RegExp(`code ${code}\nicanon\necho `));
  expect(open.counts()).toMatchObject({ altEnter: 1, altLeave: 1 });
  expect(open.cursor().hidden).toBe(false);
  expect(screen).not.toContain('PLANNER');
  return screen;
};

const childOf = (screen: Pty): number => {
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  return Number(
    execFileSync('ps', ['-o', 'pid=', '--ppid', String(screen.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')[0],
  );
};

describe.skipIf(!built)('the terminal is given back (needs dist: npm run build)', () => {
  test('after quitting, with a table of how the run stands', async () => {
    const open = await start('quit');
    open.keys('q');
    await open.waitFor(/turingos attach/);
    open.keys('d');
    const screen = await restored(open, 0);
    expect(screen).toMatch(/THRASHING │ 45/);
    expect(screen).toContain('The run goes on');
  });
  test('after Ctrl-C, which asks like q', async () => {
    const open = await start('quit');
    open.keys(KEYS.ctrlC);
    await open.waitFor(/turingos attach/);
    open.keys('d');
    await restored(open, 0);
  });
  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('after %s', async (signal, code) => {
    const open = await start('signal');
    process.kill(childOf(open), signal);
    await restored(open, code);
  });
  test.each(['component', 'exception'])('after a thrown %s, with one sentence', async (how) => {
    const open = await start(how);
    open.keys('z');
    const screen = await restored(open, 70);
    expect(screen).toMatch(/turingos: the console failed: .* The run is not\n?touched|turingos: the console failed: /);
    expect(screen).not.toMatch(/\n +at /);
  });
});

test.skipIf(!built)('resizes, many and to any size, leave a whole frame', async () => {
  const open = await start('resize');
  for (const [cols, rows] of [
    [120, 40],
    [40, 10],
    [20, 5],
    [200, 60],
    [60, 20],
    [81, 25],
    [100, 36],
  ] as const)
    open.resize(cols, rows);
  open.resize(120, 40);
  await open.waitFor(
    (screen) =>
      /^7f3a0c1d ledger-12/.test(screen) &&
      /3 PROCESSES/.test(screen) &&
      /P pause S step X fault (T tell V cap )?K kill q quit$/.test(screen) &&
      screen.split('\n').length === 40,
  );
});
