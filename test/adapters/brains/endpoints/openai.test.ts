import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOpenAiBrain, type OpenAiOptions } from '../../../../src/adapters/brains/endpoints/openai.ts';
import { listen, stop } from '../../../../src/adapters/cassette/loopback.ts';
import { BrainError } from '../../../../src/runtime/ports.ts';
import { ask, type Collected, collect } from '../../streams.ts';
import { type Answer, deadUrl, gate, type Script, serve, within } from './server.ts';

const SSE = { 'content-type': 'text/event-stream' };
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (fields: Record<string, unknown>, finish: string | null = null): string =>
  event({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const DONE = 'data: [DONE]\n\n';
const usage = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 };
const sse =
  (...parts: (string | Uint8Array)[]): Script =>
  (answer) =>
    void answer
      .head(200, SSE)
      .chunk(...parts)
      .end();

const brainAt = (url: string, more: Partial<OpenAiOptions> = {}) =>
  createOpenAiBrain({ vendor: 'compatible', baseUrl: `${url}/v1`, model: 'm', ...more });
const asked = async (script: Script, more: Partial<OpenAiOptions> = {}): Promise<Collected> => {
  const { url } = await serve(script);
  return collect(brainAt(url, more).stream(ask({ frame: 'hello' })));
};
const failure = (found: Collected): BrainError => {
  expect(found.error).toBeInstanceOf(BrainError);
  return found.error as BrainError;
};
const withEnv = (name: string, value: string): void => {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
};

describe('a whole stream', () => {
  test('text, reasoning and usage, whatever the bytes are cut into', async () => {
    const whole = Buffer.from(
      `: a comment\r\n\r\n${delta({ role: 'assistant', content: '' })}${delta({ reasoning_content: 'hm — 思' })}` +
        `${delta({ content: 'né 🦊' })}${delta({ content: '!' }, 'stop')}${event({ choices: [], usage })}${DONE}`,
    );
    const bytes = [...whole].map((byte) => Uint8Array.of(byte));
    const found = await asked(sse(...bytes));
    expect(found.deltas).toEqual([
      { type: 'reasoning', text: 'hm — 思', tokens: 1 },
      { type: 'text', text: 'né 🦊', tokens: 1 },
      { type: 'text', text: '!', tokens: 1 },
    ]);
    expect(found.end).toMatchObject({ finish: 'stop', usage: { tokensIn: 12, tokensOut: 34 } });
  });

  test.each([
    ['choices: null', event({ choices: null, usage })],
    ['no choices', event({ usage })],
    ['in the choice', event({ choices: [{ index: 0, delta: {}, finish_reason: null, usage }] })],
  ])('the usage chunk may have %s', async (_, chunk) => {
    const found = await asked(sse(delta({ content: 'a' }, 'stop'), chunk, DONE));
    expect(found.end?.usage).toEqual({ tokensIn: 12, tokensOut: 34 });
  });

  test('usage may never come: the deltas are counted', async () => {
    const found = await asked(sse(delta({ content: 'a' }), delta({ content: 'b' }, 'stop'), DONE));
    expect(found.end).toMatchObject({ finish: 'stop', usage: { tokensIn: 0, tokensOut: 2 } });
  });

  test('a server that says its finish reason and then neither usage nor an end is left', async () => {
    const server = await serve((answer) => void answer.head(200, SSE).chunk(delta({ content: 'a' }, 'stop')));
    const found = await collect(brainAt(server.url).stream(ask()));
    expect(found.end?.finish).toBe('stop');
    await server.asked[0]?.closed;
  });

  test('one cut at its limit of tokens says so', async () => {
    expect((await asked(sse(delta({ content: 'a' }, 'length'), DONE))).end?.finish).toBe('length');
  });

  test('the first token is timed when it comes, not when the headers do', async () => {
    const { url } = await serve(async (answer) => {
      answer.head(200, SSE).chunk(delta({ role: 'assistant' }));
      const since = performance.now();
      await vi.waitUntil(() => performance.now() - since >= 60);
      answer.chunk(delta({ content: 'a' }, 'stop'), DONE).end();
    });
    const { end } = await collect(brainAt(url).stream(ask()));
    expect(end?.firstTokenMs).toBeGreaterThanOrEqual(60);
    expect(end?.totalMs).toBeGreaterThanOrEqual(end?.firstTokenMs ?? 0);
  });
});

describe('a stream that breaks', () => {
  test('its end without a finish reason is a cut, not a completion', async () => {
    expect(failure(await asked(sse(delta({ content: 'half' })))).code).toBe('cut_off');
    const found = await asked(sse(delta({ content: 'half' }), DONE));
    expect([found.text, failure(found).code]).toEqual(['half', 'cut_off']);
  });

  test.each<[string, (answer: Answer) => void]>([
    ['reset', (answer) => answer.reset()],
    ['half closed', (answer) => answer.halfClose()],
  ])('a connection that is %s in mid-stream', async (_, cut) => {
    const heard = gate();
    const { url } = await serve(async (answer) => {
      answer.head(200, SSE).chunk(delta({ content: 'half' }), 'data: {"choi');
      await heard.opened;
      cut(answer);
    });
    const items: string[] = [];
    const reading = (async () => {
      for await (const item of brainAt(url).stream(ask())) {
        items.push(item.type);
        heard.open();
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'BrainError', code: 'cut_off' });
    expect(items).toEqual(['text']);
  });

  test('a connection that is reset before anything was said: unreachable', async () => {
    expect(failure(await asked((answer) => answer.reset())).code).toBe('unreachable');
    expect(failure(await asked((answer) => answer.head(200, SSE).reset())).code).toBe('unreachable');
  });

  test.each([
    [{ message: 'the engine is currently overloaded', type: 'server_error' }, 'overloaded'],
    [{ message: 'Rate limit reached', type: 'rate_limit_error' }, 'rate_limited'],
    [{ message: 'something broke', type: 'server_error' }, 'cut_off'],
    [{ message: 'bad thing', type: 'BadRequestError', code: 429 }, 'rate_limited'],
    ['something broke', 'cut_off'],
  ])('an error in mid-stream, without a [DONE]: %j', async (error, code) => {
    const found = await asked(sse(delta({ content: 'half' }), event({ error })));
    expect([found.text, failure(found).code]).toEqual(['half', code]);
    expect(failure(found).message).toContain(typeof error === 'string' ? error : error.message);
  });

  test('what is no JSON, or no chunk, is malformed', async () => {
    expect(failure(await asked(sse('data: {"choices":[{]}\n\n'))).code).toBe('malformed');
    expect(failure(await asked(sse(event({ choices: 'none' })))).code).toBe('malformed');
  });

  test('so is an answer without an end', async () => {
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    const found = await asked(
      (answer) => void answer.head(200, SSE).chunk(...Array.from({ length: 17 }, () => mebibyte)),
    );
    expect(failure(found)).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('longer than 16777216'),
    });
  });

  test('a refusal and a filter are the model refusing', async () => {
    expect(failure(await asked(sse(delta({ refusal: 'I will not' }), DONE)))).toMatchObject({ code: 'refused' });
    expect(failure(await asked(sse(delta({ content: 'a' }, 'content_filter'), DONE))).code).toBe('refused');
    expect(failure(await asked(sse(delta({}, 'content_filter: PROHIBITED_CONTENT')))).code).toBe('refused');
  });

  test('silence, before the headers and in mid-stream, times out and ends the connection', async () => {
    for (const script of [() => {}, (answer: Answer) => void answer.head(200, SSE).chunk(delta({ content: 'a' }))]) {
      const server = await serve(script);
      const found = await collect(brainAt(server.url, { silenceMs: 50 }).stream(ask()));
      expect(failure(found).code).toBe('timed_out');
      await server.asked[0]?.closed;
    }
  });
});

test('a completed stream leaves its connection to the next one, until the brain is disposed of', async () => {
  const server = await serve(sse(delta({ content: 'a' }, 'stop'), DONE));
  const brain = brainAt(server.url);
  for (let i = 0; i < 3; i += 1) await collect(brain.stream(ask()));
  expect(server.connections).toEqual({ made: 1, open: 1 });
  await brain.dispose();
  await server.asked[0]?.closed;
});

test('slow is not silent: every byte counts', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let say = (): void => {};
  const { url } = await serve((answer) => {
    answer.head(200, SSE);
    say = () => void answer.chunk(delta({ content: 'a' }));
    say();
  });
  const items: string[] = [];
  const reading = (async () => {
    for await (const item of brainAt(url, { silenceMs: 100 }).stream(ask())) {
      items.push(item.type);
      // Half as long again as would be silence, in all; the last time, nothing is said any more.
      vi.advanceTimersByTime(items.length < 4 ? 60 : 100);
      say();
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'timed_out' });
  expect(items).toHaveLength(4);
});

describe('an abort', () => {
  test.each<[string, Script]>([
    ['before the headers', () => {}],
    ['after the headers', (answer) => void answer.head(200, SSE)],
    ['in mid-stream', (answer) => void answer.head(200, SSE).chunk(delta({ content: 'half' }))],
  ])('%s ends the connection and the stream', async (_, script) => {
    const came = gate();
    const server = await serve(async (answer, request) => {
      await script(answer, request);
      came.open();
    });
    const controller = new AbortController();
    const found = collect(brainAt(server.url).stream(ask({ signal: controller.signal })));
    await came.opened;
    controller.abort();
    expect(await within(250, server.asked[0]?.closed as Promise<void>)).toBe(true);
    expect((await found).end?.finish).toBe('aborted');
    expect((await found).error).toBeUndefined();
  });

  test('while a missing model is looked for among those that are there', async () => {
    const looked = gate();
    const server = await serve((answer, { path }) => {
      if (path === '/v1/models') looked.open();
      else answer.json(404, { error: { message: 'no such model' } });
    });
    const controller = new AbortController();
    const found = collect(brainAt(server.url).stream(ask({ signal: controller.signal })));
    await looked.opened;
    controller.abort();
    expect(await within(250, server.asked[1]?.closed as Promise<void>)).toBe(true);
    expect((await found).end?.finish).toBe('aborted');
  });

  test('before the request, nothing is asked', async () => {
    const server = await serve(sse(DONE));
    const found = await collect(brainAt(server.url).stream(ask({ signal: AbortSignal.abort() })));
    expect([found.end?.finish, server.connections.made]).toEqual(['aborted', 0]);
  });

  test('a reader who leaves ends the connection too', async () => {
    const server = await serve((answer) => void answer.head(200, SSE).chunk(delta({ content: 'half' })));
    for await (const _ of brainAt(server.url).stream(ask())) break;
    expect(await within(250, server.asked[0]?.closed as Promise<void>)).toBe(true);
  });
});

describe('an answer that is none', () => {
  const openAiError = (message: string, code: string | null, type = 'x') => ({
    error: { message, type, code, param: null },
  });
  test.each<[string, number, unknown, string]>([
    ['a wrong key', 401, openAiError('Incorrect API key provided', 'invalid_api_key'), 'unauthorized'],
    ['no more money', 402, { detail: 'pay' }, 'unauthorized'],
    [
      'a rate limit',
      429,
      openAiError('Rate limit reached for m on tokens per min', 'rate_limit_exceeded'),
      'rate_limited',
    ],
    ['an exhausted quota', 429, openAiError('You exceeded your current quota', 'insufficient_quota'), 'unauthorized'],
    [
      'an exhausted quota of Kimi',
      429,
      { error: { type: 'exceeded_current_quota_error', message: 'x' } },
      'unauthorized',
    ],
    ['an overloaded engine of Kimi', 429, { error: { type: 'engine_overloaded_error', message: 'x' } }, 'overloaded'],
    [
      'a context exceeded',
      400,
      openAiError('maximum context length is 8', 'context_length_exceeded'),
      'context_exceeded',
    ],
    [
      'the same of llama-server',
      400,
      { error: { code: 400, type: 'exceed_context_size_error', message: 'x' } },
      'context_exceeded',
    ],
    [
      'a wrong key of Gemini',
      400,
      [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.' } }],
      'unauthorized',
    ],
    ['a filter', 400, openAiError('x', 'content_filter'), 'refused'],
    ['an unknown field', 400, openAiError('Unknown name "seed"', null), 'refused'],
    ['a model that loads', 503, { error: { code: 503, message: 'Loading model' } }, 'overloaded'],
    ['an error of the server', 500, 'it broke', 'overloaded'],
    ['a gateway without its server', 502, '<html><body>Bad Gateway</body></html>', 'unreachable'],
  ])('%s', async (_, status, body, code) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const found = await asked((answer) => answer.head(status).chunk(text).end());
    expect(failure(found).code).toBe(code);
    expect(failure(found).message).toMatch(new RegExp(`answered ${status}: .`));
    expect(failure(found).message).not.toMatch(/[<>{}\n]/);
  });

  test.each<[string, Record<string, string>, unknown, number]>([
    ['seconds', { 'retry-after': '7' }, {}, 7000],
    ['milliseconds', { 'retry-after-ms': '250' }, {}, 250],
    ['OpenAI in words', {}, { error: { message: 'Please try again in 1.5s.' } }, 1500],
    ['Kimi in words', {}, { error: { message: 'please try again after 3 seconds' } }, 3000],
    [
      'Gemini, whose rate limit is worded as a quota',
      {},
      [{ error: { message: 'You exceeded your current quota', details: [{ retryDelay: '34s' }] } }],
      34_000,
    ],
  ])('how long to wait is told: %s', async (_, headers, body, ms) => {
    const found = await asked((answer) => answer.json(429, body, headers));
    expect(failure(found)).toMatchObject({ code: 'rate_limited', retryAfterMs: ms });
  });

  test('nothing listens there', async () => {
    const found = await collect(brainAt(await deadUrl()).stream(ask()));
    expect(failure(found).code).toBe('unreachable');
    expect(failure(found).message).toMatch(/^127\.0\.0\.1:\d+\/v1 cannot be reached: nothing listens there$/);
  });

  test('a server of another protocol', async () => {
    const plain = createServer();
    const url = await listen(plain, 0);
    onTestFinished(() => stop(plain));
    const secure = await collect(brainAt(url.replace('http:', 'https:')).stream(ask()));
    expect(failure(secure)).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/does not speak TLS/),
    });
    const other = await asked((answer) => void answer.chunk('220 ready'));
    expect(failure(other)).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/does not speak HTTP$/),
    });
  });

  test('a redirect is not followed with the key, and a web page is no completion', async () => {
    const moved = await asked((answer) => answer.head(301, { location: 'http://elsewhere.test/' }).end());
    expect(failure(moved)).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('http://elsewhere.test/'),
    });
    const page = await asked((answer) => answer.head(200, { 'content-type': 'text/html' }).chunk('<p>hi').end());
    expect(failure(page).code).toBe('unreachable');
  });

  test('a model that is not there is told with those that are', async () => {
    const script: Script = (answer, { path }) =>
      path === '/v1/models'
        ? answer.json(200, { object: 'list', data: [{ id: 'kimi-a' }, { id: 'kimi-b' }] })
        : answer.json(404, { error: { message: 'Not found the model m' } });
    expect(failure(await asked(script)).message).toMatch(/Not found the model m; it has kimi-a, kimi-b$/);
  });

  test('an error whose body never ends is known by its status', async () => {
    const found = await asked((answer) => void answer.head(429).chunk('{"error":'), { silenceMs: 100 });
    expect(failure(found).code).toBe('rate_limited');
  });
});

describe('what is asked', () => {
  const schema = {
    type: 'object',
    properties: { format: { type: 'string', pattern: '^a', maxLength: 9 } },
    required: ['format'],
  };
  const request = { frame: 'F', system: 'S', schema, temperature: 700, seed: 5, maxTokens: 99 };
  const body = async (more: Partial<OpenAiOptions>) => {
    const server = await serve(sse(delta({ content: 'a' }, 'stop'), DONE));
    await collect(brainAt(server.url, { keyEnv: null, ...more }).stream(ask(request)));
    return server.asked[0]?.json ?? {};
  };

  test('the fields of a plain server', async () => {
    expect(await body({ vendor: 'llama-server', thinking: 'off' })).toEqual({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'F' },
      ],
      max_tokens: 99,
      temperature: 0.7,
      seed: 5,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'reply',
          schema: { type: 'object', properties: { format: { type: 'string' } }, required: ['format'] },
        },
      },
      chat_template_kwargs: { enable_thinking: false },
    });
  });

  test('Kimi: no sampling fields, and the object described in the prompt', async () => {
    const kimi = await body({ vendor: 'kimi', model: 'kimi-k2.6', thinking: 'off' });
    expect(kimi).toMatchObject({
      max_completion_tokens: 99,
      thinking: { type: 'disabled' },
      response_format: { type: 'json_object' },
    });
    for (const name of ['temperature', 'seed', 'max_tokens']) expect(kimi).not.toHaveProperty(name);
    const [system] = kimi.messages as { role: string; content: string }[];
    expect(system?.role).toBe('system');
    expect(system?.content).toMatch(/^S\n\nReply with one JSON object.*"required":\["format"\]/s);
    expect(await body({ vendor: 'kimi', model: 'moonshot-v1-8k' })).toMatchObject({ temperature: 0.7 });
  });

  test('Gemini: no seed', async () => {
    const gemini = await body({ vendor: 'gemini', thinking: 'off' });
    expect(gemini).toMatchObject({ temperature: 0.7, max_tokens: 99, reasoning_effort: 'none' });
    expect(gemini).not.toHaveProperty('seed');
  });

  test('a switch that the vendor does not have is no option', () => {
    expect(() => createOpenAiBrain({ vendor: 'openai', model: 'm', thinking: 'on' })).toThrow(/cannot be switched on/);
    expect(() => createOpenAiBrain({ vendor: 'vllm', model: 'm' })).toThrow(/give one/);
    expect(() => createOpenAiBrain({ vendor: 'vllm', model: 'm', baseUrl: 'vllm:8000' })).toThrow(/has to be a URL/);
  });
});

describe('keys', () => {
  const KEY = 'sk-Secret0123456789abcdef';
  const options: Partial<OpenAiOptions> = { keyEnv: 'TEST_ENDPOINT_KEY' };

  test('the key goes into one header, and nothing else of the environment goes anywhere', async () => {
    withEnv('TEST_ENDPOINT_KEY', ` ${KEY}\n`);
    withEnv('OPENAI_ORG_ID', 'org-of-another');
    withEnv('OPENAI_CUSTOM_HEADERS', 'x-custom: of-another');
    withEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/elsewhere');
    const server = await serve(sse(delta({ content: 'a' }, 'stop'), DONE));
    await collect(brainAt(server.url, options).stream(ask()));
    const { headers, body, path } = server.asked[0] as (typeof server.asked)[0];
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(
      Object.keys(headers).filter(
        (name) => !/^(host|connection|content-|accept|user-agent|sec-fetch|authorization)/.test(name),
      ),
    ).toEqual([]);
    expect(body + path).not.toContain(KEY);
    expect(JSON.stringify(headers)).not.toContain('another');
  });

  test('no error, no log and no picture of the brain has it, though the server repeats it', async () => {
    withEnv('TEST_ENDPOINT_KEY', KEY);
    withEnv('OPENAI_LOG', 'debug');
    const printed: string[] = [];
    for (const name of ['log', 'warn', 'error', 'info', 'debug'] as const) {
      const spy = vi
        .spyOn(console, name)
        .mockImplementation((...words) => void printed.push(words.map(String).join(' ')));
      onTestFinished(() => spy.mockRestore());
    }
    const { inspect } = await import('node:util');
    const said: string[] = [];
    for (const script of [
      (answer) => answer.json(401, { error: { message: `Incorrect API key provided: ${KEY}.` } }),
      (answer) => answer.json(500, `it broke with ${KEY}`),
      sse(delta({ content: 'a' }), event({ error: { message: `no quota for ${KEY}` } })),
      sse(delta({ refusal: KEY })),
      sse(`data: ${KEY}\n\n`),
      (answer) => answer.head(307, { location: `http://x.test/?key=${KEY}` }).end(),
    ] satisfies Script[]) {
      const { url } = await serve(script);
      const brain = brainAt(url, options);
      const { error } = await collect(brain.stream(ask()));
      const probe = await brain.probe();
      said.push(
        inspect([error, brain, probe, brain.stream(ask())], { depth: 20, showHidden: true }),
        String((error as Error).stack),
      );
    }
    const bad = `${KEY} \u00e9`;
    vi.stubEnv('TEST_ENDPOINT_KEY', bad);
    const { error } = await collect(brainAt(await deadUrl(), options).stream(ask()));
    said.push(inspect(error, { depth: 20 }));
    expect(failure({ deltas: [], text: '', error }).code).toBe('unauthorized');
    expect(said.join('\n')).toContain('<TEST_ENDPOINT_KEY>');
    expect([...said, ...printed].filter((text) => text.includes(KEY))).toEqual([]);
    expect(printed).toEqual([]);
  });

  test('one that is not set is asked for by its name', async () => {
    const found = await collect(brainAt(await deadUrl(), options).stream(ask()));
    expect(failure(found)).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('TEST_ENDPOINT_KEY'),
    });
  });

  test('an address with a login or a query is refused, and not repeated', () => {
    const open = () => brainAt(`http://me:${KEY}@127.0.0.1:1`);
    expect(open).toThrow(/login or a query/);
    expect(open).not.toThrow(KEY);
  });

  test('a key that Kimi refuses is told that keys do not mix', async () => {
    withEnv('TEST_ENDPOINT_KEY', KEY);
    const found = await asked((answer) => answer.json(401, { error: { message: 'Invalid Authentication' } }), {
      ...options,
      vendor: 'kimi-cn',
    });
    expect(failure(found)).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/Invalid Authentication; keys of .*\.ai and .*\.cn/),
    });
  });
});

describe('a probe', () => {
  test('finds the models by the names that requests take', async () => {
    const { url, asked } = await serve((answer) =>
      answer.json(200, { object: 'list', data: [{ id: 'models/gemini-x' }, { id: 'models/m' }] }),
    );
    expect(await brainAt(url, { vendor: 'gemini', keyEnv: null }).probe()).toMatchObject({
      ok: true,
      hasModel: true,
      models: [{ name: 'gemini-x' }, { name: 'm' }],
    });
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/v1/models' });
  });

  test('tells what is wrong with the same errors', async () => {
    const probe = await brainAt(await deadUrl()).probe();
    expect(probe).toMatchObject({ ok: false, error: { code: 'unreachable' } });
  });
});
