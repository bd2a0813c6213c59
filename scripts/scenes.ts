// The moments that docs/screens shows; THEME in an argument becomes the theme's name. Each is taken at every size of screens.ts
// and in both themes. Seeds and ticks are fixed; run ids, times of day and the order in which streams move are as they come.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupMembers, killGroup, lockHolder } from '../src/runtime/liveness.ts';
import { runDir, runIds } from '../src/runtime/run-dir.ts';
import { KEYS, type Pty } from '../test/e2e/harness/pty.ts';
import type { Scene } from './render-screen.ts';

// Interrupted, it still ends what it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const BIN = 'bin/turingos.js';
const WAIT_MS = 300_000;

/** XDG_STATE_HOME of all scenes that show one run, and of the one that lists several. */
const [single, several] = [newState(), newState()] as const;

function newState(): string {
  const state = mkdtempSync(join(tmpdir(), 'turingos-scenes-'));
  // A picture's program is killed when the picture is taken; its kernel goes on until here.
  process.on('exit', () => {
    for (const id of runIds(join(state, 'turingos'))) killKernel(state, id);
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  });
  return state;
}

function killKernel(state: string, id: string): void {
  const pid = lockHolder(runDir(join(state, 'turingos'), id))?.pid;
  if (pid !== undefined && groupMembers(pid).length > 0) killGroup(pid);
}

/** Runs the command to its end; what it prints is for nobody. */
function call(state: string, ...args: string[]): Promise<void> {
  const proc = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, XDG_STATE_HOME: state } });
  proc.stdout.resume();
  proc.stderr.resume();
  return new Promise((resolve) => proc.on('close', () => resolve()));
}

/** Starts a slow simulated run that will not end by itself while pictures are taken, and resolves with its id. */
async function begin(state: string, seed: number): Promise<string> {
  const args = [
    BIN,
    'run',
    'ledger-12',
    '--profile',
    'sim',
    '--seed',
    String(seed),
    '--pace',
    '300',
    '--headless',
    '--json',
  ];
  const before = new Set(runIds(join(state, 'turingos')));
  const proc = spawn(process.execPath, args, {
    env: { ...process.env, XDG_STATE_HOME: state },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => proc.stdout.once('data', resolve));
  // Who waits for the run's end must not keep this program from its own.
  proc.stdout.destroy();
  proc.unref();
  return runIds(join(state, 'turingos')).find((id) => !before.has(id)) as string;
}

/** Runs in all the states that the runs screen knows how to sort. */
let prepared: Promise<void> | undefined;
function prepare(): Promise<void> {
  prepared ??= makeRuns();
  return prepared;
}

async function makeRuns(): Promise<void> {
  const policy = (name: string, value: object): string => {
    const path = join(several, `${name}.yaml`);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const sim = ['--profile', 'sim', '--headless'];
  const limit = policy('limit', { limits: { maxTicks: 20 } });
  const dead = policy('dead', { panicBudget: 0, streak: 1 });
  await call(several, 'run', 'ledger-12', ...sim, '--seed', '2');
  await call(several, 'run', 'ledger-4', ...sim, '--seed', '3');
  await call(several, 'run', 'ledger-12', ...sim, '--seed', '1', '--policy', limit);
  // Its planner halts too early, which this policy lets nobody survive.
  await call(several, 'run', 'ledger-24', '--profile', 'early', '--headless', '--seed', '7', '--policy', dead);
  await call(several, 'kill', await begin(several, 4));
  killKernel(several, await begin(several, 5));
  await call(several, 'pause', await begin(several, 6));
  await begin(several, 7);
}

const DEMO = {
  command: process.execPath,
  args: [BIN, 'demo', '--theme', 'THEME', '--profile', 'early', '--seed', '7', '--pace', '4'],
  env: { XDG_STATE_HOME: single, NODE_ENV: undefined },
};

/** Waits for a tick, whichever of the two ways the header says it. */
const tick = (pty: Pty, at: number): Promise<string> =>
  pty.waitFor((screen) => Number(/ t(?:ick )?(\d+) /.exec(screen)?.[1] ?? 0) >= at, WAIT_MS);

/** To tick 40 of a run with a trap, a cut stream among its causes; held there. */
const eventful = async (pty: Pty): Promise<void> => {
  await tick(pty, 20);
  pty.keys('X');
  await pty.waitFor('INJECT A FAULT');
  pty.keys(KEYS.enter);
  await pty.waitFor(/\d (CPU_FAULT|EACCES|IO_FAULT|ILLEGAL_HALT|THRASH)/, WAIT_MS);
  await tick(pty, 40);
};

/** A run that has ended, opened at a tick. */
const AFTERWARDS = {
  command: 'sh',
  args: [
    '-c',
    '[ -d "$XDG_STATE_HOME/turingos" ] || "$0" "$1" run ledger-12 --profile early --seed 7 --headless >/dev/null; exec "$0" "$1" open @last@t20 --theme THEME',
    process.execPath,
    BIN,
  ],
  env: { XDG_STATE_HOME: newState(), NODE_ENV: undefined },
};

/** The inspector, once it has read its tick. */
const inspected = (pty: Pty): Promise<string> =>
  pty.waitFor((screen) => screen.includes('INSPECT') && /^t20 [Pw]\d/m.test(screen), WAIT_MS);

export const scenes: Omit<Scene, 'cols' | 'rows' | 'theme'>[] = [
  { name: 'live', ...DEMO, steps: eventful },
  {
    name: 'inject',
    ...DEMO,
    steps: async (pty) => {
      await tick(pty, 12);
      pty.keys('X');
      await pty.waitFor('INJECT A FAULT');
      pty.keys('3');
      await pty.waitFor('used last');
    },
  },
  {
    name: 'help',
    ...DEMO,
    steps: async (pty) => {
      await tick(pty, 12);
      pty.keys('?');
      await pty.waitFor('KEYS');
    },
  },
  {
    name: 'palette',
    ...DEMO,
    steps: async (pty) => {
      await tick(pty, 12);
      pty.keys(':');
      await pty.waitFor('PALETTE');
      pty.keys('tr');
      await pty.waitFor(/: tr .*\n/);
    },
  },
  {
    name: 'order',
    ...DEMO,
    steps: async (pty) => {
      await tick(pty, 12);
      pty.keys('T');
      await pty.waitFor('order: tell P1');
      pty.keys('write the sum to h2 now');
      await pty.waitFor('Enter gives');
    },
  },
  {
    name: 'killed',
    ...DEMO,
    steps: async (pty) => {
      await eventful(pty);
      pty.keys('K');
      await pty.waitFor(/w\d+ (is|are) being written/);
      pty.keys('y');
      await pty.waitFor(/ENDED +KILLED/);
    },
  },
  {
    name: 'inspect',
    ...AFTERWARDS,
    steps: async (pty) => {
      await inspected(pty);
      pty.keys('e');
      await pty.waitFor(/>.?!t/);
    },
  },
  {
    name: 'replay',
    ...AFTERWARDS,
    steps: async (pty) => {
      await inspected(pty);
      pty.keys('e');
      await pty.waitFor(/>.?!t/);
      pty.keys(KEYS.escape);
      await pty.waitFor('1 PLANNER');
    },
  },
  {
    name: 'runs',
    command: process.execPath,
    args: [BIN, 'runs', '--theme', 'THEME'],
    env: { XDG_STATE_HOME: several },
    steps: async (pty) => {
      await prepare();
      for (const state of ['GONE', 'LIMIT', 'KILLED', 'PAUSED', 'LIVE']) await pty.waitFor(state, WAIT_MS);
      // The rows, the sum and the preview are read one after the other.
      await pty.waitFor((screen) => /first trouble/.test(screen) && /disk [\d.]+ .B/.test(screen), WAIT_MS);
    },
  },
];
