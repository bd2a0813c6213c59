import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOllamaBrain, type OllamaOptions } from '../../../../src/adapters/brains/endpoints/ollama.ts';
import { BrainError } from '../../../../src/runtime/ports.ts';
import { ask, type Collected, collect } from '../../streams.ts';
import { type Answer, deadUrl, type Fixture, gate, type Script, serve, within } from './server.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const said = (content: string, more: Record<string, unknown> = {}): string =>
  line({
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content, ...more },
    done: false,
  });
const done = (more: Record<string, unknown> = {}): string =>
  line({ model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...more });
const MODELS = {
  models: [
    { name: 'qwen3:30b', digest: 'abc' },
    { name: 'm:latest', digest: 'def' },
  ],
};

/** A server that lists its models, and chats as the script says. */
const ollama = async (script: Script): Promise<Fixture & { chats: Fixture['asked'] }> => {
  const chats: Fixture['asked'] = [];
  const fixture = await serve((answer, asked) => {
    // Over several lines, as proxies may format it.
    if (asked.path === '/api/tags')
      return void answer
        .head(200)
        .chunk(JSON.stringify(MODELS, null, 2))
        .end();
    chats.push(asked);
    return script(answer, asked);
  });
  return { ...fixture, chats };
};
const brainAt = (url: string, more: Partial<OllamaOptions> = {}) =>
  createOllamaBrain({ baseUrl: url, model: 'm', ...more });
const asked = async (script: Script, more: Partial<OllamaOptions> = {}): Promise<Collected> => {
  const { url } = await ollama(script);
  return collect((await brainAt(url, more)).stream(ask({ frame: 'hello' })));
};
const lines =
  (...parts: (string | Uint8Array)[]): Script =>
  (answer) =>
    void answer
      .head(200, NDJSON)
      .chunk(...parts)
      .end();
const failure = (found: Collected): BrainError => {
  expect(found.error).toBeInstanceOf(BrainError);
  return found.error as BrainError;
};

/** What the client prints itself is printed into a console's picture. */
const printed = (): string[] => {
  const words: string[] = [];
  for (const name of ['log', 'warn', 'error'] as const) {
    const spy = vi.spyOn(console, name).mockImplementation((...args) => void words.push(args.map(String).join(' ')));
    onTestFinished(() => spy.mockRestore());
  }
  return words;
};

describe('a whole stream', () => {
  test('text, thinking and usage, whatever the bytes are cut into', async () => {
    const whole = said('', { thinking: 'hm — 思' }) + said('né 🦊') + done({ prompt_eval_count: 12, eval_count: 34 });
    const found = await asked(lines(...[...Buffer.from(whole)].map((byte) => Uint8Array.of(byte))));
    expect(found.deltas).toEqual([
      { type: 'reasoning', text: 'hm — 思', tokens: 1 },
      { type: 'text', text: 'né 🦊', tokens: 1 },
    ]);
    expect(found.end).toMatchObject({ finish: 'stop', usage: { tokensIn: 12, tokensOut: 34 } });
  });

  test('a last line without its end counts', async () => {
    expect((await asked(lines(said('a'), done().trimEnd()))).end?.finish).toBe('stop');
  });

  test('durations are nanoseconds, and latencies are not taken from them', async () => {
    const durations = { total_duration: 9e12, load_duration: 5e12, eval_duration: 3e12 };
    const { end } = await asked(lines(said('a'), done(durations)));
    expect(end?.totalMs).toBeLessThan(3e6);
  });

  test('counts of zero are left out: the tokens in are then 0, and the tokens out the deltas', async () => {
    const { end } = await asked(lines(said('a'), said('b'), done()));
    expect(end?.usage).toEqual({ tokensIn: 0, tokensOut: 2 });
  });

  test('one cut at its limit of tokens says so', async () => {
    expect((await asked(lines(said('a'), done({ done_reason: 'length' })))).end?.finish).toBe('length');
  });
});

test('a completed stream leaves its connection to the next one', async () => {
  const server = await ollama(lines(said('a'), done()));
  const brain = await brainAt(server.url);
  for (let i = 0; i < 3; i += 1) await collect(brain.stream(ask()));
  expect(server.connections.made).toBe(1);
});

describe('a stream that breaks', () => {
  test('an end without done is a cut; the half of a line is printed nowhere', async () => {
    const words = printed();
    const found = await asked(lines(said('half'), '{"message":{"con'));
    expect([found.text, failure(found).code]).toEqual(['half', 'cut_off']);
    expect(words).toEqual([]);
  });

  test('an error line comes with status 200 and no done', async () => {
    const found = await asked(lines(said('half'), line({ error: 'an error was encountered: unexpected EOF' })));
    expect([found.text, failure(found).code]).toEqual(['half', 'cut_off']);
    expect(failure(found).message).toContain('unexpected EOF');
    expect(failure(await asked(lines(line({ error: 'server overloaded' })))).code).toBe('overloaded');
    expect(failure(await asked(lines(line({ error: 'something' })))).code).toBe('overloaded');
  });

  test('a line that is no JSON is malformed, and printed nowhere', async () => {
    const words = printed();
    expect(failure(await asked(lines(said('a'), 'not json\n', done()))).code).toBe('malformed');
    expect(words).toEqual([]);
  });

  test.each<[string, (answer: Answer) => void]>([
    ['reset', (answer) => answer.reset()],
    ['half closed', (answer) => answer.halfClose()],
  ])('a connection that is %s in mid-stream', async (_, cut) => {
    const heard = gate();
    const { url } = await ollama(async (answer) => {
      answer.head(200, NDJSON).chunk(said('half'));
      await heard.opened;
      cut(answer);
    });
    const brain = await brainAt(url);
    const reading = (async () => {
      for await (const _item of brain.stream(ask())) heard.open();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'BrainError', code: 'cut_off' });
  });

  test('silence times out and ends the connection', async () => {
    for (const script of [() => {}, (answer: Answer) => void answer.head(200, NDJSON).chunk(said('a'))]) {
      const server = await ollama(script);
      const brain = await brainAt(server.url, { silenceMs: 60 });
      expect(failure(await collect(brain.stream(ask()))).code).toBe('timed_out');
      await server.chats[0]?.closed;
    }
  });
});

describe('an abort', () => {
  test.each<[string, Script]>([
    ['before the headers', () => {}],
    ['after the headers', (answer) => void answer.head(200, NDJSON)],
    ['in mid-stream', (answer) => void answer.head(200, NDJSON).chunk(said('half'))],
  ])('%s ends the connection and the stream', async (_, script) => {
    const came = gate();
    const server = await ollama(async (answer, request) => {
      await script(answer, request);
      came.open();
    });
    const brain = await brainAt(server.url);
    const controller = new AbortController();
    const found = collect(brain.stream(ask({ signal: controller.signal })));
    await came.opened;
    controller.abort();
    expect(await within(250, server.chats[0]?.closed as Promise<void>)).toBe(true);
    expect((await found).end?.finish).toBe('aborted');
    expect((await found).error).toBeUndefined();
  });

  test('a reader who leaves ends the connection too, which the client alone would keep open', async () => {
    const server = await ollama((answer) => void answer.head(200, NDJSON).chunk(said('half')));
    for await (const _ of (await brainAt(server.url)).stream(ask())) break;
    expect(await within(250, server.chats[0]?.closed as Promise<void>)).toBe(true);
  });
});

describe('an answer that is none', () => {
  test.each<[number, string, string]>([
    [400, 'the input length exceeds the context length', 'context_exceeded'],
    [400, '"m" does not support thinking', 'refused'],
    [401, 'unauthorized', 'unauthorized'],
    [429, 'too many concurrent requests', 'rate_limited'],
    [500, 'model requires more system memory (20 GiB) than is available', 'overloaded'],
    [503, 'server busy, please try again. maximum pending requests exceeded', 'overloaded'],
  ])('%i %s', async (status, error, code) => {
    const words = printed();
    const found = await asked((answer) => answer.json(status, { error }));
    expect(failure(found)).toMatchObject({ code, message: expect.stringContaining(`answered ${status}: ${error}`) });
    const plain = await asked((answer) => answer.head(status, { 'retry-after': '2' }).chunk(error).end());
    expect(failure(plain)).toMatchObject({ code, retryAfterMs: 2000 });
    expect(words).toEqual([]);
  });

  test('a limit that is used up is no rate limit: it takes a person, or hours', async () => {
    const error = 'you (x) have reached your weekly usage limit, upgrade for higher limits';
    expect(failure(await asked((answer) => answer.json(429, { error })))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('the quota of this key is used up'),
    });
    const soon = await asked((answer) => answer.json(429, { error }, { 'retry-after': '60' }));
    expect(failure(soon)).toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
  });

  test('a model that is not there is told with those that are', async () => {
    const found = await asked((answer) => answer.json(404, { error: "model 'x' not found" }), { model: 'x' });
    expect(failure(found)).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/it has qwen3:30b, m:latest$/),
    });
  });
});

describe('what is asked', () => {
  test('the fields', async () => {
    const server = await ollama(lines(said('a'), done()));
    const brain = await brainAt(server.url, { thinking: 'off', contextTokens: 8192 });
    const schema = { type: 'object', properties: { q: { type: 'string', maxLength: 4 } } };
    await collect(brain.stream(ask({ frame: 'F', system: 'S', schema, temperature: 700, seed: 5, maxTokens: 99 })));
    expect(server.chats[0]).toMatchObject({ method: 'POST', path: '/api/chat' });
    expect(server.chats[0]?.json).toEqual({
      model: 'm',
      stream: true,
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'F' },
      ],
      format: { type: 'object', properties: { q: { type: 'string' } } },
      think: false,
      truncate: false,
      shift: false,
      options: { temperature: 0.7, seed: 5, num_predict: 99, num_ctx: 8192 },
    });
  });

  test('the digest is that of the weights, where the server can be asked', async () => {
    const { url } = await ollama(lines(done()));
    expect((await brainAt(url)).digest).toBe('def');
    expect((await brainAt(await deadUrl())).digest).toBe('m');
  });

  test('a key goes into one header and no error', async () => {
    vi.stubEnv('TEST_OLLAMA_KEY', 'ollama-Secret-0123');
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await ollama((answer, { headers }) => answer.json(401, { error: `no: ${headers.authorization}` }));
    const brain = await brainAt(server.url, { keyEnv: 'TEST_OLLAMA_KEY' });
    const { error } = await collect(brain.stream(ask()));
    expect(server.chats[0]?.headers.authorization).toBe('Bearer ollama-Secret-0123');
    expect(inspect([error, brain], { depth: 20, showHidden: true })).not.toContain('Secret');
    expect(String(error)).toContain('<TEST_OLLAMA_KEY>');
  });
});

describe('a probe', () => {
  test('a name without a tag is the latest', async () => {
    const { url } = await ollama(lines(done()));
    expect(await (await brainAt(url)).probe()).toMatchObject({ ok: true, hasModel: true });
    expect(await (await brainAt(url, { model: 'qwen3' })).probe()).toMatchObject({ ok: true, hasModel: false });
  });

  test('tells what is wrong with the same errors', async () => {
    expect(await (await brainAt(await deadUrl())).probe()).toMatchObject({ ok: false, error: { code: 'unreachable' } });
  });
});
