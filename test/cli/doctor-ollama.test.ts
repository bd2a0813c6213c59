/** `turingos doctor` on an Ollama: what people get wrong, and what they are told to do. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/adapters/config/load.ts';
import { checkBrains } from '../../src/cli/doctor-brains.ts';
import type { Check } from '../../src/cli/doctor-check.ts';
import { checkSandbox, checkTmux } from '../../src/cli/doctor-machine.ts';
import { deadUrl } from '../adapters/brains/endpoints/server.ts';
import { scratch } from '../runtime/rig.ts';
import { type RunningServer, startOllama } from '../support/ollama-server/start.ts';
import { configWith } from './profiles-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startOllama();
});
afterAll(() => server.kill());

const doctor = async (brain: Record<string, unknown>): Promise<Check[]> => {
  const config = configWith({ brain: { provider: 'ollama', model: 'tiny', url: server.url, system: '', ...brain } });
  const [profile] = readConfig(config);
  if (profile === undefined) throw new Error('no profile');
  const checks: Check[] = [];
  for await (const check of checkBrains(profile.pair)) checks.push(check);
  return checks;
};

describe('an Ollama', () => {
  test('that has the model', async () => {
    const brains = await doctor({});
    expect(brains).toEqual([
      expect.objectContaining({ state: 'ok', found: expect.stringMatching(/answered in \d+ ms, first token after/) }),
    ]);
  });

  test('that is not there', async () => {
    const url = await deadUrl();
    const brains = await doctor({ url });
    expect(brains[0]).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('nothing listens there'),
      todo: `start Ollama or open the tunnel, and see that ${url} is right`,
    });
  });

  test('that does not have the model, whose name is nearly right', async () => {
    const brains = await doctor({ model: 'tinny' });
    expect(brains[0]).toMatchObject({
      state: 'fail',
      found: expect.stringMatching(/model 'tinny' not found; it has tiny:latest, /),
      todo: '`ollama pull tinny` on its machine, or name one of its models in the profile; did you mean tiny?',
    });
  });

  test('whose address is that of the other protocol', async () => {
    const brains = await doctor({ url: `${server.url}/v1` });
    expect(brains[0]).toMatchObject({
      state: 'fail',
      todo: expect.stringContaining(`(an Ollama of its own is at ${server.url})`),
    });
  });

  test('whose model cannot think', async () => {
    const brains = await doctor({ thinking: 'on' });
    expect(brains[0]).toMatchObject({ state: 'fail', todo: expect.stringContaining('leave `thinking` out') });
  });

  test('whose model has no room for the prompt', async () => {
    const brains = await doctor({ system: 'Be brief. '.repeat(400) });
    expect(brains[0]).toMatchObject({ state: 'fail', todo: expect.stringContaining('contextTokens') });
  });

  test('one of two that serve a role: it can work, and the other is told', async () => {
    const brains = await doctor({ url: undefined, urls: [server.url, await deadUrl()] });
    expect(brains.map(({ state }) => state)).toEqual(['ok', 'warn']);
    expect(brains[1]?.todo).toContain('start Ollama');
  });
});

test('without bubblewrap and tmux in PATH: both are told, with the package', async () => {
  vi.stubEnv('PATH', scratch());
  const [sandbox, tmux] = [await checkSandbox(), await checkTmux()];
  vi.unstubAllEnvs();
  expect(sandbox).toMatchObject({ state: 'warn', found: expect.stringContaining('package bubblewrap') });
  expect(tmux).toMatchObject({ state: 'warn', todo: expect.stringContaining('install tmux') });
});
