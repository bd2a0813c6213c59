/** The test server of Ollama's protocol, held against the official client. */
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADDING } from '../../../support/ollama-server/frames.ts';
import { is, type RunningServer, startOllama } from '../../../support/ollama-server/start.ts';

let server: RunningServer;
let client: Ollama;
beforeAll(async () => {
  server = await startOllama();
  client = new Ollama({ host: server.url });
});
afterAll(() => server.kill());

const messages = [{ role: 'user', content: ADDING }];
const ask = { model: 'tiny', messages, options: { temperature: 0 } };
const DURATIONS = ['total_duration', 'load_duration', 'prompt_eval_duration', 'eval_duration'] as const;
const METRICS = [...DURATIONS, 'prompt_eval_count', 'eval_count'] as const;

/** The request that was asked last. */
const lastAsked = (): number => server.seen.filter(is('asked')).at(-1)?.n as number;
const ended = (n: number) => server.first(is('ended', { n }));

describe('models', () => {
  test('are listed with digest and size', async () => {
    const { models } = await client.list();
    expect(models.map(({ name }) => name)).toContain('tiny:latest');
    for (const { digest, size, model, name } of models) {
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(size).toBeGreaterThan(1e6);
      expect(model).toBe(name);
    }
  });

  test('are shown with what they can do', async () => {
    const shown = await client.show({ model: 'tiny' });
    expect(shown).toMatchObject({ capabilities: ['completion'], details: { format: 'gguf', family: 'llama' } });
    expect(shown.template).toContain('<|im_start|>');
    expect(shown.model_info).toMatchObject({ 'llama.context_length': 512 });
    expect((await client.show({ model: 'tiny-thinking' })).capabilities).toContain('thinking');
    expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('stay in memory for as long as they are told to, and are loaded for a request without messages', async () => {
    const running = async () => (await client.ps()).models.map(({ name }) => name);
    const loaded = await client.chat({ model: 'tiny-early', messages: [], keep_alive: '1h30m' });
    expect(loaded).toMatchObject({ done: true, done_reason: 'load', message: { content: '' } });
    const [early] = (await client.ps()).models.filter(({ name }) => name === 'tiny-early:latest');
    expect(Date.parse(String(early?.expires_at)) - Date.now()).toBeGreaterThan(80 * 60_000);
    expect(await client.chat({ model: 'tiny-early', messages: [], keep_alive: 0 })).toMatchObject({
      done_reason: 'unload',
    });
    expect(await running()).not.toContain('tiny-early:latest');
    await client.chat({ ...ask, model: 'tiny-early', keep_alive: 0 });
    expect(await running()).not.toContain('tiny-early:latest');
    await client.chat({ ...ask, model: 'tiny-early', keep_alive: -1 });
    expect(await running()).toContain('tiny-early:latest');
  });
});

describe('a chat', () => {
  test('streams pieces, and ends with a line that counts them', async () => {
    const parts = [];
    for await (const part of await client.chat({ ...ask, stream: true })) parts.push(part);
    const last = parts.pop();
    expect(parts.length).toBeGreaterThan(50);
    for (const part of parts) {
      expect(part).toMatchObject({ model: 'tiny', done: false, message: { role: 'assistant' } });
      for (const name of METRICS) expect(part).not.toHaveProperty(name);
    }
    expect(last).toMatchObject({ done: true, done_reason: 'stop', message: { role: 'assistant', content: '' } });
    expect(last?.eval_count).toBeGreaterThanOrEqual(parts.length);
    expect(last?.prompt_eval_count).toBeGreaterThan(50);
    const text = parts.map(({ message }) => message.content).join('');
    expect(text).toMatch(/^\{"q":".*"result":"9310"\}\}$/);
    expect((await client.chat({ ...ask, stream: false })).message.content).toBe(text);
  });

  test('tells durations in whole nanoseconds, the parts no longer than the whole', async () => {
    const answer = await client.chat(ask);
    for (const name of DURATIONS) expect(Number.isInteger(answer[name]), name).toBe(true);
    const { total_duration, load_duration, prompt_eval_duration, eval_duration } = answer;
    // A hundred tokens take milliseconds: in any other unit this would be too few.
    expect(eval_duration).toBeGreaterThan(1e6);
    expect(load_duration + prompt_eval_duration + eval_duration).toBeLessThanOrEqual(total_duration);
  });

  test('leaves out what is zero', async () => {
    const loaded = await client.chat({ model: 'tiny', messages: [] });
    for (const name of METRICS) expect(loaded).not.toHaveProperty(name);
  });

  test('says the same for the same seed, and something else for others', async () => {
    const say = async (seed: number) =>
      (await client.chat({ ...ask, model: 'tiny-early', options: { temperature: 1.5, top_k: 0, top_p: 1, seed } }))
        .message.content;
    const [one, again, ...others] = [await say(1), await say(1), await say(2), await say(3), await say(4)];
    expect(again).toBe(one);
    expect(new Set(others).size).toBeGreaterThan(1);
  });

  test('is cut where its tokens or its context end', async () => {
    const cut = await client.chat({ ...ask, options: { temperature: 0, num_predict: 7 } });
    expect(cut).toMatchObject({ done_reason: 'length', eval_count: 7 });
    const full = await client.chat({ ...ask, options: { temperature: 0, num_ctx: 120 } });
    expect(full.done_reason).toBe('length');
    expect(full.prompt_eval_count + full.eval_count).toBe(120);
  });

  test('that does not fit loses its beginning, or is refused', async () => {
    const long = { ...ask, options: { temperature: 0, num_ctx: 64, num_predict: 1 } };
    expect((await client.chat(long)).prompt_eval_count).toBe(63);
    await expect(client.chat({ ...long, ...{ truncate: false } })).rejects.toMatchObject({
      status_code: 400,
      error: 'the input length exceeds the context length',
    });
  });

  test('thinks where the model does and may', async () => {
    const { message } = await client.chat({ ...ask, model: 'tiny-thinking' });
    expect(message.thinking).toMatch(/^[a-z0-9 ]{24}$/);
    expect(message.content).not.toContain('think>');
    const off = await client.chat({ ...ask, model: 'tiny-thinking', think: false });
    expect(off.message).not.toHaveProperty('thinking');
    expect(off.message.content).toBe((await client.chat(ask)).message.content);
    await expect(client.chat({ ...ask, think: true })).rejects.toMatchObject({
      status_code: 400,
      error: '"tiny" does not support thinking',
    });
  });
});

describe('a format', () => {
  test('json: an object, as far as it goes', async () => {
    const { message, done_reason } = await client.chat({ ...ask, format: 'json' });
    expect(done_reason).toBe('stop');
    expect(JSON.parse(message.content)).toBeTypeOf('object');
  });

  test('a schema: nothing else is written', async () => {
    const format = {
      type: 'object',
      properties: { sum: { type: 'integer' }, how: { enum: ['added', 'guessed'] } },
      required: ['sum', 'how'],
    };
    const { message } = await client.chat({ ...ask, format });
    expect(JSON.parse(message.content)).toEqual({
      sum: expect.any(Number),
      how: expect.stringMatching(/^(added|guessed)$/),
    });
    const { response } = await client.generate({ model: 'tiny', prompt: ADDING, format, options: { temperature: 0 } });
    expect(response).toBe(message.content);
  });

  test('that is none is refused', async () => {
    await expect(client.chat({ ...ask, format: { type: 'nothing' } })).rejects.toMatchObject({ status_code: 400 });
    await expect(client.chat({ ...ask, format: 'xml' })).rejects.toMatchObject({ status_code: 400 });
  });
});

describe('an abort', () => {
  test('ends the generation, not only the stream', async () => {
    const own = new Ollama({ host: server.url });
    const stream = await own.chat({ ...ask, model: 'tiny-endless', stream: true });
    const n = lastAsked();
    const reading = (async () => {
      let heard = 0;
      for await (const _ of stream) if (++heard === 3) own.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(await server.first(is('left', { n }))).toBeDefined();
    // It would have gone on for 16,000 tokens.
    expect((await ended(n)).how).toBe('left');
  });
});

describe('errors', () => {
  test('a model that is not there', async () => {
    const asked = [
      () => client.chat({ ...ask, model: 'none' }),
      () => client.show({ model: 'none' }),
      () => client.generate({ model: 'none', prompt: 'x' }),
    ];
    for (const one of asked) {
      await expect(one()).rejects.toMatchObject({ status_code: 404, error: "model 'none' not found" });
    }
  });

  test.each([
    ['', 400, /missing request body/],
    ['{"model":', 400, /invalid request body/],
    ['{"messages":[]}', 400, /model is required/],
    ['{"model":"tiny","keep_alive":"soon"}', 400, /invalid duration/],
    ['{"model":"tiny","options":{"temperature":"hot"}}', 500, /option "temperature"/],
  ])('a body like %s', async (body, status, words) => {
    const answer = await fetch(`${server.url}/api/chat`, { method: 'POST', body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(((await answer.json()) as { error: string }).error).toMatch(words);
  });

  test('a path that is not there', async () => {
    expect((await fetch(`${server.url}/api/nothing`)).status).toBe(404);
    expect(await (await fetch(server.url)).text()).toBe('Ollama is running');
  });

  test('in mid-stream: a line, status 200, and no done', async () => {
    const body = JSON.stringify({ ...ask, model: 'tiny-breaks', stream: true });
    const answer = await fetch(`${server.url}/api/chat`, { method: 'POST', body });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(lines.pop()).toEqual({ error: expect.stringContaining('unexpected EOF') });
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line.done).toBe(false);
    // Where nothing is streamed, the status says it.
    await expect(client.chat({ ...ask, model: 'tiny-breaks' })).rejects.toMatchObject({ status_code: 500 });
    expect(await ended(lastAsked())).toMatchObject({ how: 'broke', tokens: 5 });
  });
});
