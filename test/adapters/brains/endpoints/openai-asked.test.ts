import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOpenAiBrain, type OpenAiOptions } from '../../../../src/adapters/brains/endpoints/openai.ts';
import { ask, collect } from '../../streams.ts';
import { asked, brainAt, DONE, delta, event, failure, sse } from './openai-server.ts';
import { deadUrl, type Script, serve } from './server.ts';

const withEnv = (name: string, value: string): void => {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
};

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

  test('Kimi: thinking is switched on and off by a field of its own, or left as the model has it', async () => {
    for (const vendor of ['kimi', 'kimi-cn'] as const) {
      expect(await body({ vendor, thinking: 'on' })).toMatchObject({ thinking: { type: 'enabled' } });
      expect(await body({ vendor, thinking: 'off' })).toMatchObject({ thinking: { type: 'disabled' } });
      expect(await body({ vendor })).not.toHaveProperty('thinking');
    }
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
