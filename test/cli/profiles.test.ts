/** Profiles: which there are, which pair a run gets, and that a run keeps it. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SYSTEM_PROMPT } from '../../src/adapters/config/system-prompt.ts';
import { profilesText } from '../../src/cli/profiles.ts';
import { killGroup, lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { delta, SSE } from '../adapters/brains/endpoints/openai-server.ts';
import { deadUrl } from '../adapters/brains/endpoints/server.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { begin, firstRecord, lastJson, newHome, turingos } from './harness.ts';
import { answerChat, brainAt, chats, configWith, referenceServer } from './profiles-server.ts';

afterEach(() => vi.unstubAllEnvs());

const manifestOf = (dir: string) => JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));

describe('turingos profiles', () => {
  test('on a terminal too narrow for a line a profile, nothing is wider than it, and nothing is lost', () => {
    const rows = [
      ['sim', 'SIM', 'SIM', '-', 'shipped: simulated: no model is at work'],
      ['seeds', `kimi @ ${'a'.repeat(50)}`, 'qwen @ 127.0.0.1:11435', 'KEY (not set)', 'shipped: Kimi plans'],
    ];
    expect(profilesText(rows, 200)).toMatch(/^PROFILE +PLANNER +WORKER +KEY +FROM\nsim +SIM +SIM +- +shipped/);
    const lines = profilesText(rows, 80).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.slice(0, 2)).toEqual([
      'sim    SIM plans, SIM works',
      '       shipped: simulated: no model is at work',
    ]);
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      `seeds kimi @ ${'a'.repeat(50)} plans, qwen @ 127.0.0.1:11435 works key KEY (not set) shipped: Kimi plans`,
    );
  });
  test('lists the shipped ones and those of the file, with where each comes from and whether its key is set', async () => {
    const config = configWith({ planner: 'kimi', worker: 'tiny' });
    vi.stubEnv('MOONSHOT_API_KEY', '');
    const text = await turingos('profiles', '--config', config);
    expect(text.stdout).toMatch(/^sim +SIM +SIM +- +shipped/m);
    expect(text.stdout).toMatch(/^mine +kimi-\S+ @ api\.moonshot\.ai +tiny +MOONSHOT_API_KEY \(not set\) +\S+yaml:1$/m);
    vi.stubEnv('MOONSHOT_API_KEY', 'set-to-something');
    const { file, profiles } = lastJson(await turingos('profiles', '--json', '--config', config));
    expect(file).toBe(config);
    expect(profiles).toContainEqual(
      expect.objectContaining({ name: 'mine', keys: [{ env: 'MOONSHOT_API_KEY', set: true }] }),
    );
    expect(JSON.stringify(profiles)).not.toContain('set-to-something');
  });

  test.each([
    ['profiles', '--config', 'none.yaml'],
    ['run', 'hello', '--config', 'none.yaml'],
  ])('%s: a file that is not there', async (...args) => {
    const { code, stderr } = await turingos(...args);
    expect(stderr).toMatch(/^turingos: there is no configuration file .*none\.yaml: /);
    expect(code).toBe(66);
  });

  test('a file that is wrong', async () => {
    const { code, stderr } = await turingos('profiles', '--config', configWith({ brian: 'tiny' }));
    expect(stderr).toMatch(/yaml:1: profiles\.mine\.brian: there is no such field; did you mean brain\?/);
    expect(code).toBe(65);
  });
});

describe('a run', () => {
  test('whose key is not set is not made', async () => {
    const home = newHome();
    vi.stubEnv('MOONSHOT_API_KEY', ' ');
    const { code, stderr, stdout } = await turingos('run', 'hello', '--profile', 'kimi', '--home', home);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/^turingos: profile kimi needs a key: set the environment variable MOONSHOT_API_KEY.*\n$/);
    expect(runIds(home)).toEqual([]);
  });

  test('behind an address: told the syscalls, held to the schema, given the profile’s room; it passes and verifies', async () => {
    const server = await referenceServer();
    const home = newHome();
    const config = configWith({ brain: brainAt(server.url), policy: { limits: { maxTokens: 777 } } });
    const run = await turingos('run', 'ledger-3', '--profile', 'mine', '--config', config, '--json', '--home', home);
    const { id, dir, outcome } = lastJson(run);
    expect(outcome).toBe('passed');
    expect(chats(server)[0]?.json).toMatchObject({
      messages: [{ role: 'system', content: SYSTEM_PROMPT }, { role: 'user' }],
      response_format: { type: 'json_schema' },
      max_tokens: 777,
    });
    expect(manifestOf(dir as string)).toMatchObject({
      profile: 'mine',
      brains: { worker: { name: 'reference', system: SYSTEM_PROMPT, constrained: true, spec: { provider: 'openai' } } },
      policy: { limits: { maxTokens: 777 } },
    });
    expect((await turingos('verify', id as string, '--home', home)).code).toBe(0);
  });

  test('of a role with two endpoints, one of which is not there, passes all the same', async () => {
    const server = await referenceServer();
    const config = configWith({ planner: 'sim', worker: brainAt(await deadUrl(), server.url) });
    const args = ['--profile', 'mine', '--config', config, '--json', '--home', newHome()];
    const run = lastJson(await turingos('run', 'ledger-3', ...args));
    expect(run.outcome).toBe('passed');
    expect(chats(server).length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['console: {theme: purple}', /console\.theme: /],
    ['notify: {bel: true}', /notify\.bel: there is no such field; did you mean bell\?/],
    ['keys: {next-trap: P}', /keys\.next-trap: "P" is the key of live\.pause already/],
  ])('doctor and profiles refuse what a run would: %s', async (text, why) => {
    const config = join(scratch(), 'turingos.config.yaml');
    writeFileSync(config, `${text}\n`);
    const { code, stderr } = await turingos('profiles', '--config', config);
    expect({ code, stderr }).toMatchObject({ code: 65, stderr: expect.stringMatching(why) });
    const { checks } = lastJson(await turingos('doctor', '--config', config, '--json', '--home', newHome()));
    const found = (checks as { name: string; found: string }[]).find(({ name }) => name === 'config')?.found;
    expect(`turingos: ${found}\n`).toBe(stderr);
  });

  test('is resumed and forked with the brains that it had, though the configuration is gone', async () => {
    let held = true;
    const server = await referenceServer((answer, asked) => {
      if (!held) return answerChat(answer, asked);
      // The first reply begins, and never ends.
      held = false;
      answer.head(200, SSE).chunk(delta({ content: '{"q":' }));
    });
    const home = newHome();
    const config = configWith({ brain: { ...brainAt(server.url), system: 'Own words.' } });
    const run = begin('run', 'ledger-3', '--headless', '--profile', 'mine', '--config', config, '--home', home);
    await vi.waitUntil(() => chats(server).length > 0, { timeout: 30_000, interval: 5 });
    const id = runIds(home)[0] as string;
    const dir = runDir(home, id);
    await firstRecord(dir, ({ kind }) => kind === 'stream.delta');
    killGroup(lockHolder(dir)?.pid as number);
    await run.ended;
    rmSync(config);
    const resumed = lastJson(await turingos('resume', id, '--json', '--home', home));
    expect(resumed.outcome).toBe('passed');
    const systems = chats(server).map(({ json }) => (json.messages as { content: string }[])[0]?.content);
    expect(new Set(systems)).toEqual(new Set(['Own words.']));

    const before = chats(server).length;
    const fork = lastJson(await turingos('fork', id, '--at', 't2', '--json', '--home', home));
    expect(fork.outcome).toBe('passed');
    expect(chats(server).length).toBeGreaterThan(before);
    expect(manifestOf(fork.dir as string).brains).toEqual(manifestOf(dir).brains);

    const other = lastJson(await turingos('fork', id, '--at', 't2', '--profile', 'sim', '--json', '--home', home));
    const [first] = await allRecords(other.dir as string);
    expect(first).toMatchObject({ kind: 'run.forked', overridden: ['brains'], planner: { name: 'SIM' } });
  }, 120_000);
});

describe('a run of the version before, whose run.json has no more than the profile’s name', () => {
  const golden = (home: string, name: string): string => {
    const from = join(import.meta.dirname, '../golden', name);
    const manifest = manifestOf(from);
    const dir = runDir(home, manifest.id);
    cpSync(from, dir, { recursive: true });
    expect(manifest.brains.planner).not.toHaveProperty('spec');
    writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...manifest, socket: join(dir, 'control.sock') }));
    return manifest.id;
  };

  test('is resumed', async () => {
    const home = newHome();
    const { code, stderr, ...run } = await turingos('resume', golden(home, 'v1-gone'), '--json', '--home', home);
    expect(stderr).toBe('');
    expect(lastJson({ code, stderr, ...run }).outcome).toBe('passed');
  });

  test('is forked, and the fork says what its brains are', async () => {
    const home = newHome();
    const fork = lastJson(await turingos('fork', golden(home, 'v1-passed'), '--at', 't3', '--json', '--home', home));
    expect(fork.outcome).toBe('passed');
    expect(manifestOf(fork.dir as string).brains.worker.spec).toEqual({ provider: 'simulated' });
  });

  test('of a profile that nobody knows any more can only be forked with another', async () => {
    const home = newHome();
    const id = golden(home, 'v1-passed');
    const path = join(runDir(home, id), 'run.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"profile":"sim"', '"profile":"lost"'));
    const { code, stderr } = await turingos('fork', id, '--at', 't3', '--home', home);
    expect(stderr).toMatch(/names profile lost .* fork it with --profile NAME/);
    expect(code).toBe(66);
    const args = ['--at', 't3', '--profile', 'sim', '--json', '--home', home];
    expect(lastJson(await turingos('fork', id, ...args)).outcome).toBe('passed');
  });
});

test('a directory of one’s own configuration is found without being named', async () => {
  const config = scratch();
  cpSync(configWith({ brain: 'sim' }), join(config, 'turingos', 'config.yaml'));
  vi.stubEnv('XDG_CONFIG_HOME', config);
  const { profiles } = lastJson(await turingos('profiles', '--json'));
  expect(profiles).toContainEqual(expect.objectContaining({ name: 'mine' }));
  expect((await firstKind(newHome())).kind).toBe('run.started');
});

const firstKind = async (home: string) => {
  const run = lastJson(await turingos('run', 'hello', '--profile', 'mine', '--json', '--home', home));
  return firstRecord(run.dir as string, () => true);
};
