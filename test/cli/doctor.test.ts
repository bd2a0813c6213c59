/** `turingos doctor`: what is there, what is not, and the way out. */
import { describe, expect, test, vi } from 'vitest';
import type { Check } from '../../src/cli/doctor-check.ts';
import { checkHome, checkNode, checkTerminal } from '../../src/cli/doctor-machine.ts';
import { deadUrl } from '../adapters/brains/endpoints/server.ts';
import { scratch } from '../runtime/rig.ts';
import { lastJson, newHome, turingos } from './harness.ts';
import { answerChat, brainAt, chats, configWith, referenceServer } from './profiles-server.ts';

const doctor = async (...args: string[]) => {
  const ended = await turingos('doctor', '--json', '--home', newHome(), ...args);
  expect(ended.stderr).toBe('');
  const { ok, checks } = lastJson(ended) as { ok: boolean; checks: Check[] };
  return { code: ended.code, ok, checks, brains: checks.filter(({ name }) => name.startsWith('brain')) };
};
const ofMine = (...urls: string[]): string[] => [
  '--profile',
  'mine',
  '--config',
  configWith({ brain: brainAt(...urls) }),
];

describe('a profile', () => {
  test('of the embedded pair: everything that it needs is there, and each thing was looked at', async () => {
    const { code, ok, checks } = await doctor();
    expect([code, ok]).toEqual([0, true]);
    expect(checks.map(({ name }) => name)).toEqual([
      ...['node', 'terminal', 'tmux', 'sandbox', 'home', 'config', 'brain (planner)', 'brain (worker)'],
    ]);
    expect(checks.at(-1)).toMatchObject({ state: 'ok', found: expect.stringMatching(/loaded in \d+ ms, first token/) });
    // A pipe is no terminal, and this profile needs none.
    expect(checks[1]).toMatchObject({ state: 'warn', todo: expect.any(String) });
  });

  test('in words, with what to do', async () => {
    const { stdout, code } = await turingos('doctor', '--home', newHome(), ...ofMine(await deadUrl()));
    expect(code).toBe(69);
    expect(stdout).toMatch(/^ok {4}node +\d/m);
    expect(stdout).toMatch(/^fail {2}brain \(both\) +reference @ 127\.0\.0\.1:\d+: .*\n +do: start the server/m);
    expect(stdout).toMatch(/^profile mine cannot be used yet: brain \(both\)$/m);
  });

  test('whose server answers: reachable, key accepted, the model there, a first token', async () => {
    vi.stubEnv('DOCTOR_KEY', 'abc-123');
    const server = await referenceServer();
    const config = configWith({ brain: { ...brainAt(server.url), keyEnv: 'DOCTOR_KEY' } });
    const { code, brains, checks } = await doctor('--profile', 'mine', '--config', config);
    expect(code).toBe(0);
    expect(brains[0]).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/answered in \d+ ms, key accepted, first token after \d+ ms/),
    });
    expect(chats(server)).toHaveLength(1);
    expect(checks.at(-1)).toMatchObject({ name: 'embedded model', state: 'ok' });
    vi.unstubAllEnvs();
  });

  test('with two addresses, each looked at', async () => {
    const server = await referenceServer();
    const { code, brains } = await doctor(...ofMine(server.url, await deadUrl()));
    expect(brains.map(({ state }) => state)).toEqual(['ok', 'warn']);
    expect(code).toBe(0);
    const dead = await doctor(...ofMine(await deadUrl(), await deadUrl()));
    expect(dead.brains.map(({ state }) => state)).toEqual(['fail', 'fail']);
    expect(dead.code).toBe(69);
  });

  test('whose key is refused', async () => {
    vi.stubEnv('DOCTOR_KEY', 'wrong-123');
    const server = await referenceServer((answer) => answer.json(401, { error: { message: 'wrong-123 is no key' } }));
    const config = configWith({ brain: { ...brainAt(server.url), keyEnv: 'DOCTOR_KEY' } });
    const { code, brains } = await doctor('--profile', 'mine', '--config', config);
    expect(code).toBe(69);
    expect(brains[0]).toMatchObject({ state: 'fail', todo: 'see that DOCTOR_KEY holds a key of this server' });
    expect(JSON.stringify(brains)).not.toContain('wrong-123');
    vi.unstubAllEnvs();
  });

  test('whose key is not set is not asked', async () => {
    const server = await referenceServer();
    const config = configWith({ brain: { ...brainAt(server.url), keyEnv: 'DOCTOR_KEY_UNSET' } });
    const { brains } = await doctor('--profile', 'mine', '--config', config);
    expect(brains[0]).toMatchObject({ state: 'fail', found: expect.stringContaining('DOCTOR_KEY_UNSET is not set') });
    expect(server.asked).toEqual([]);
  });

  test('whose model is not there is told with those that are', async () => {
    const server = await referenceServer((answer) => answer.json(404, { error: { message: 'no such model' } }));
    const config = configWith({ brain: { ...brainAt(server.url), model: 'other' } });
    const { brains } = await doctor('--profile', 'mine', '--config', config);
    expect(brains[0]).toMatchObject({ state: 'fail', found: expect.stringMatching(/it has reference/) });
  });

  test('whose model is not listed, and answers all the same', async () => {
    const server = await referenceServer((answer, asked) => answerChat(answer, asked));
    const config = configWith({ brain: { ...brainAt(server.url), model: 'other' } });
    const { code, brains } = await doctor('--profile', 'mine', '--config', config);
    expect([code, brains[0]?.state]).toEqual([0, 'warn']);
  });

  test('in a file that is wrong', async () => {
    const { code, checks } = await doctor('--config', configWith({ brain: 'tinny' }));
    expect(code).toBe(69);
    expect(checks.at(-1)).toMatchObject({
      name: 'config',
      state: 'fail',
      found: expect.stringContaining('did you mean'),
    });
  });

  test('that is not there', async () => {
    const { code, stderr } = await turingos('doctor', '--profile', 'mien', '--config', configWith({ brain: 'tiny' }));
    expect(stderr).toMatch(/did you mean mine\?/);
    expect(code).toBe(2);
  });
});

describe('the machine', () => {
  test.each([
    ['22.12.0', 'ok'],
    ['24.0.0', 'ok'],
    ['22.11.9', 'fail'],
    ['20.19.0', 'fail'],
  ])('Node %s: %s', (version, state) => {
    expect(checkNode(version).state).toBe(state);
  });

  test.each([
    ['whole', 120, 40, { LANG: 'C.UTF-8' }, 'ok', /120x40, colours, UTF-8/],
    ['small', 70, 22, { LANG: 'C.UTF-8' }, 'warn', /complete from 80x24/],
    ['tiny', 40, 10, { LANG: 'C.UTF-8' }, 'warn', /at least 60x20/],
    ['without UTF-8', 80, 24, { LANG: 'C' }, 'warn', /ASCII only/],
    ['without colours', 80, 24, { LANG: 'C.UTF-8', NO_COLOR: '1' }, 'warn', /no colours/],
  ])('a terminal: %s', (_, columns, rows, env, state, words) => {
    const check = checkTerminal({ isTTY: true, columns, rows }, env);
    expect(check.state).toBe(state);
    expect(`${check.found} ${check.todo ?? ''}`).toMatch(words);
  });

  test('a home that is still to be made is tried where it will be, and not made', () => {
    const home = `${scratch()}/a/b`;
    expect(checkHome(home)).toMatchObject({ found: expect.stringMatching(/can be written, \d+ MiB free/) });
    expect(checkHome('/proc/nothing')).toMatchObject({ state: 'fail', todo: 'name a writable --home' });
  });

  test.each([
    [8, 'fail', 'make room, or name another --home: 64 MiB at least'],
    [300, 'warn', 'make room before long runs'],
    [5000, 'ok', undefined],
  ])('a home with %i MiB left: %s', (free, state, todo) => {
    const check = checkHome(scratch(), () => free);
    expect([check.state, check.todo]).toEqual([state, todo]);
    expect(check.found).toContain(`${free} MiB free`);
  });
});
