import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask, collect } from '../../streams.ts';
import { asked, brainAt, DONE, delta, event, failure, SSE, sse, usage } from './openai-server.ts';
import { type Answer, gate, type Script, serve, within } from './server.ts';

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

  test('but a line that is cut at the end of the answer is a cut', async () => {
    for (const end of [delta({ content: ' of it' }).slice(0, 30), 'data: {']) {
      const found = await asked(sse(delta({ content: 'half' }), end));
      expect([found.text, failure(found).code]).toEqual(['half', 'cut_off']);
      expect(failure(found).message).toContain('in the midst of a line');
    }
  });

  test('malformed is an answer without an end, too', async () => {
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

test('a server that leaves the connection which it had promised to keep is asked again at once', async () => {
  const whole = sse(delta({ content: 'a' }, 'stop'), DONE);
  // As llama-server does: the next request meets what is closed.
  const server = await serve(
    whole,
    (answer) => answer.reset(),
    whole,
    (answer) => answer.halfClose(),
    whole,
  );
  const brain = brainAt(server.url);
  for (let i = 0; i < 3; i += 1) expect((await collect(brain.stream(ask()))).text).toBe('a');
  expect(server.asked).toHaveLength(5);
  expect(server.connections.made).toBe(3);
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

test('a server that only says that it is there is waited for, until the deadline aborts', async () => {
  // As llama-server does every 30 s, also when it has come to stand still.
  let pings = 0;
  const server = await serve((answer, { closed }) => {
    answer.head(200, SSE);
    const timer = setInterval(() => {
      answer.chunk(': ping\n\n');
      pings += 1;
    }, 20);
    void closed.then(() => clearInterval(timer));
  });
  const controller = new AbortController();
  const found = collect(brainAt(server.url, { silenceMs: 2000 }).stream(ask({ signal: controller.signal })));
  await vi.waitUntil(() => pings > 150, { timeout: 25_000 });
  controller.abort();
  expect(await found).toMatchObject({ text: '', end: { finish: 'aborted' } });
  await server.asked[0]?.closed;
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
