/** The recorder on a real server: what is heard through it, and again from its cassette. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Answers, KEY, recordLlama, WRONG } from '../../scripts/lib/record-llama.ts';
import { createOpenAiBrain } from '../../src/adapters/brains/endpoints/openai.ts';
import { readCassette } from '../../src/adapters/cassette/format.ts';
import { listen, stop } from '../../src/adapters/cassette/loopback.ts';
import { createPlayer } from '../../src/adapters/cassette/player.ts';
import { BrainError } from '../../src/runtime/ports.ts';
import { type Collected, collect } from '../adapters/streams.ts';
import { ASKS, STALL_MS } from '../cassettes/llama-asks.ts';
import { BUILD_MS, built, lacking } from './llama.ts';

beforeAll(async () => {
  if (lacking === undefined) await built();
}, BUILD_MS);

/**
 * What does not depend on how fast a machine is, or where a server listens; nor on the key: text that may be its beginning
 * is held back, which cuts deltas elsewhere.
 */
const essence = ({ text, end, error }: Collected) => ({
  text,
  finish: end?.finish,
  usage: end?.usage,
  code: error instanceof BrainError ? error.code : error,
});

describe.skipIf(lacking !== undefined)(`a recorder on llama-server${lacking ? ` (${lacking})` : ''}`, () => {
  test('keeps every answer, its times and its end, and no key; served again, the adapter hears the same', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'turingos-recorded-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const out = join(dir, 'real.cassette');
    const answers: Answers = await recordLlama(out);
    const text = readFileSync(out, 'utf8');
    for (const key of [KEY, WRONG]) expect(text).not.toContain(key);

    const { exchanges } = await readCassette(out);
    // The models come first; a killed process closes its connections as one that leaves.
    const ends = exchanges.map(({ end }) => end.how);
    expect(ends).toEqual([...Array(7).fill('done'), 'abort', expect.stringMatching(/^(error|reset)$/)]);
    const stalled = exchanges[6]?.chunks ?? [];
    const gaps = stalled.map(({ ms }, i) => ms - (stalled[i - 1]?.ms ?? ms));
    expect(Math.max(...gaps)).toBeGreaterThan(STALL_MS / 2);

    const server = createPlayer(exchanges);
    const url = await listen(server, 0);
    onTestFinished(() => stop(server));
    vi.stubEnv('TURINGOS_TEST_KEY', 'some-Key');
    onTestFinished(() => void vi.unstubAllEnvs());
    const brain = createOpenAiBrain({
      vendor: 'llama-server',
      model: 'tiny',
      keyEnv: 'TURINGOS_TEST_KEY',
      baseUrl: `${url}/v1`,
    });
    for (const name of Object.keys(ASKS) as (keyof typeof ASKS)[]) {
      if (name === 'left') continue;
      expect(essence(await collect(brain.stream(ASKS[name]))), name).toEqual(essence(answers[name]));
    }
  });
});
