/** What a real llama-server sent, byte for byte and at its times, through the `openai` adapter. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOpenAiBrain, type OpenAiOptions } from '../../../src/adapters/brains/endpoints/openai.ts';
import { type Exchange, readCassette } from '../../../src/adapters/cassette/format.ts';
import { listen, stop } from '../../../src/adapters/cassette/loopback.ts';
import { createPlayer } from '../../../src/adapters/cassette/player.ts';
import { Reply } from '../../../src/kernel/syscalls.ts';
import { ASKS, LLAMA_CASSETTE, STALL_MS, VERDICT } from '../../cassettes/llama-asks.ts';
import { begin } from '../../cli/harness.ts';
import { collect } from '../streams.ts';

const FILE = fileURLToPath(LLAMA_CASSETTE);
let exchanges: Exchange[];
beforeAll(async () => {
  ({ exchanges } = await readCassette(FILE));
});

const brainAt = (url: string, more: Partial<OpenAiOptions> = {}) => {
  vi.stubEnv('TURINGOS_TEST_KEY', 'some-Key');
  onTestFinished(() => void vi.unstubAllEnvs());
  const options = { vendor: 'llama-server', model: 'tiny', keyEnv: 'TURINGOS_TEST_KEY' } as const;
  return createOpenAiBrain({ ...options, baseUrl: `${url}/v1`, ...more });
};
const played = async (more: Partial<OpenAiOptions> = {}) => {
  const server = createPlayer(exchanges);
  const url = await listen(server, 0);
  onTestFinished(() => stop(server));
  return brainAt(url, more);
};
const heard = async (name: keyof typeof ASKS) => collect((await played()).stream(ASKS[name]));

test('the models that it lists', async () => {
  expect(await (await played()).probe()).toMatchObject({ ok: true, hasModel: true, models: [{ name: 'tiny' }] });
});

describe('completions', () => {
  test('a whole one: text, finish reason, and usage by the server’s own count', async () => {
    const { text, end, error } = await heard('whole');
    expect(error).toBeUndefined();
    expect(Reply.parse(JSON.parse(text))).toMatchObject({ world: { op: 'SYS_HALT', result: '1001' } });
    expect(end).toMatchObject({ finish: 'stop', usage: { tokensIn: 89, tokensOut: 104 } });
  });

  test('one cut at its limit', async () => {
    expect(await heard('short')).toMatchObject({ end: { finish: 'length', usage: { tokensOut: 8 } } });
  });

  test('one held by a schema, with characters of several bytes', async () => {
    const { text, end } = await heard('schema');
    expect(end?.finish).toBe('stop');
    const { verdict, count } = JSON.parse(text) as { verdict: string; count: number };
    expect(VERDICT.properties.verdict.enum).toContain(verdict);
    expect(count).toBeGreaterThanOrEqual(10);
  });
});

describe('refusals', () => {
  test('a wrong key', async () => {
    expect((await heard('refused')).error).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/answered 401: Invalid API Key$/),
    });
  });

  test('a context that is exceeded', async () => {
    expect((await heard('exceeded')).error).toMatchObject({
      code: 'context_exceeded',
      message: expect.stringMatching(/answered 400: request \(1688 tokens\) exceeds/),
    });
  });
});

describe('breaks', () => {
  test('a server that was killed in mid-stream: cut off, with what it had said', async () => {
    const { text, end, error } = await heard('killed');
    expect([end, error]).toMatchObject([undefined, { code: 'cut_off', message: expect.stringContaining('reset') }]);
    expect(text).toMatch(/^\{"q/);
  });

  test('a server that stood still: slow for who has patience, timed out for who has none', async () => {
    const patient = await collect((await played()).stream(ASKS.stalled));
    expect(Reply.safeParse(JSON.parse(patient.text)).success).toBe(true);
    const hasty = await collect((await played({ silenceMs: STALL_MS / 2 })).stream(ASKS.stalled));
    expect(hasty.error).toMatchObject({ code: 'timed_out' });
    expect(patient.text.startsWith(hasty.text)).toBe(true);
  });

  test('one that we left: nothing more comes until we leave again', async () => {
    const controller = new AbortController();
    const stream = (await played()).stream({ ...ASKS.left, signal: controller.signal });
    const parts = exchanges.at(-2)?.chunks.length ?? 0;
    expect(exchanges.at(-2)?.end.how).toBe('abort');
    let finish: string | undefined;
    let said = 0;
    for await (const item of stream) {
      if (item.type === 'end') finish = item.finish;
      else said += 1;
      if (said === 3) controller.abort();
    }
    expect(said).toBeLessThanOrEqual(parts);
    expect(finish).toBe('aborted');
  });
});

test('the recording has its times in order, the stall among them, and how each exchange ended', () => {
  expect(exchanges.map(({ end }) => end.how)).toEqual([...Array(7).fill('done'), 'abort', 'error']);
  for (const { head, chunks, end } of exchanges) {
    const times = [head?.ms ?? -1, ...chunks.map(({ ms }) => ms), end.ms];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
  const gaps = (exchanges[6]?.chunks ?? []).map(({ ms }, i, all) => ms - (all[i - 1]?.ms ?? ms));
  expect(Math.max(...gaps)).toBeGreaterThan(STALL_MS / 2);
});

test('the verb serves it, too', async () => {
  const { proc } = begin('cassette', 'serve', FILE, '--json');
  onTestFinished(() => void proc.kill('SIGKILL'));
  const { url } = JSON.parse(await new Promise<string>((resolve) => proc.stdout?.once('data', resolve)));
  const { text } = await collect(brainAt(url).stream(ASKS.whole));
  expect(text).toBe((await heard('whole')).text);
});
