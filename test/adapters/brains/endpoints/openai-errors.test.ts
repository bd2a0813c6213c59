import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen, stop } from '../../../../src/adapters/cassette/loopback.ts';
import { ask, collect } from '../../streams.ts';
import { asked, brainAt, failure } from './openai-server.ts';
import { deadUrl, type Script, serve } from './server.ts';

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
