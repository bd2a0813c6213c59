import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { commandsFor, type Facts, Notifier, tmuxText } from '../../../src/adapters/notify/notifier.ts';
import { initialState, type KernelEvent } from '../../../src/kernel/index.ts';
import { scratch } from '../../runtime/rig.ts';

const EVIL = 'wrote $(touch hacked) `id` #(touch hacked) %H\n\u001b[31m';
const trap: KernelEvent = {
  kind: 'trap.raised',
  pid: 1,
  tick: 4,
  code: 'THRASH_ROUTE',
  phase: 'loop',
  evidence: EVIL,
  recovery: '',
  flag: false,
  streak: 1,
};
const ended = { kind: 'run.ended', outcome: 'dead', reason: 'panic_budget_exhausted' } as KernelEvent;

/** A program that writes what it is told into a file beside it. */
const listener = (dir: string): string[] => {
  const script = join(dir, 'told.mjs');
  writeFileSync(
    script,
    `import { readFileSync, renameSync, writeFileSync } from 'node:fs';
     const facts = JSON.parse(readFileSync(0, 'utf8'));
     const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /TURINGOS|KEY/.test(name)));
     const to = process.argv[2] + '/' + facts.event;
     writeFileSync(to + '.part', JSON.stringify({ facts, env }));
     renameSync(to + '.part', to);`,
  );
  return [process.execPath, script, dir];
};

const told = async (dir: string, event: string): Promise<{ facts: Facts; env: Record<string, string> }> => {
  await vi.waitFor(() => expect(existsSync(join(dir, event))).toBe(true), { timeout: 20_000 });
  return JSON.parse(readFileSync(join(dir, event), 'utf8'));
};

test('a command gets facts on stdin and in its environment: no shell, no key, no control characters', async () => {
  vi.stubEnv('MOONSHOT_API_KEY', 'sk-secret');
  const dir = scratch();
  const notifier = new Notifier({ command: listener(dir) }, { run: '00c0ffee', dir });
  notifier.see([trap], { ...initialState, tick: 4 });
  const { facts, env } = await told(dir, 'thrash');
  expect(facts).toMatchObject({ event: 'thrash', run: '00c0ffee', tick: 4 });
  expect(facts.why).toBe('THRASH_ROUTE: wrote $(touch hacked) `id` #(touch hacked) %H [31m');
  expect(env).toMatchObject({ TURINGOS_EVENT: 'thrash', TURINGOS_TICK: '4', TURINGOS_WHY: facts.why });
  expect(env.MOONSHOT_API_KEY).toBeUndefined();
  expect(existsSync(join(dir, 'hacked'))).toBe(false);
  vi.unstubAllEnvs();
});

test('only what was asked for is told', async () => {
  const dir = scratch();
  const notifier = new Notifier({ command: listener(dir), on: ['end'] }, { run: '00c0ffee', dir });
  notifier.see([trap, ended], initialState);
  expect((await told(dir, 'end')).facts).toMatchObject({ outcome: 'dead', why: 'panic_budget_exhausted' });
  expect(existsSync(join(dir, 'thrash'))).toBe(false);
});

test('a command that is not there, or fails, keeps the next one from nothing', async () => {
  const dir = scratch();
  new Notifier({ command: [join(dir, 'none')] }, { run: 'r', dir }).see([trap, ended], initialState);
  const both = new Notifier({ command: listener(dir) }, { run: 'r', dir });
  both.see([trap], initialState);
  both.see([ended], initialState);
  await told(dir, 'thrash');
  await told(dir, 'end');
});

test('a command that does not work is said in one sentence, once', async () => {
  const dir = scratch();
  const saidOf = async (command: string[]): Promise<string[]> => {
    const said: string[] = [];
    new Notifier({ command }, { run: 'r', dir }, (text) => said.push(text)).see([trap, trap, ended], initialState);
    await vi.waitFor(() => expect(said.length).toBeGreaterThan(0));
    return said;
  };
  const none = join(dir, 'none');
  expect(await saidOf([none])).toEqual([
    `Nobody was told by \`notify:\`: ${none} cannot be started (ENOENT); the run is not touched by that.`,
  ]);
  expect(await saidOf([process.execPath, '-e', 'process.exit(3)'])).toEqual([
    expect.stringContaining(`${process.execPath} exited 3; the run is not touched`),
  ]);
});

test('a tmux message holds nothing that tmux would expand', () => {
  expect(tmuxText(EVIL)).toBe('wrote $(touch hacked) `id`  (touch hacked)  H [31m');
  const facts: Facts = { event: 'end', run: 'r', task: '#(x)', dir: '', tick: 1, outcome: 'dead', why: '' };
  vi.stubEnv('TMUX', '/tmp/s,1,0');
  expect(commandsFor({ tmux: true }, facts)[0]?.at(-1)).not.toContain('#');
  vi.stubEnv('TMUX', undefined);
  expect(commandsFor({ tmux: true }, facts)).toEqual([]);
  vi.unstubAllEnvs();
});
