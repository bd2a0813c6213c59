import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createOpenAiBrain } from '../../../src/adapters/brains/endpoints/openai.ts';
import { bodyDigest, Exchange } from '../../../src/adapters/cassette/format.ts';
import { listen, stop } from '../../../src/adapters/cassette/loopback.ts';
import { type Clock, createPlayer } from '../../../src/adapters/cassette/player.ts';
import { createRecorder } from '../../../src/adapters/cassette/recorder.ts';
import { deadUrl, gate, type Script, serve } from '../brains/endpoints/server.ts';
import { ask, collect } from '../streams.ts';

interface Heard {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
  /** How it ended for the client. */
  end: 'complete' | 'cut' | 'reset' | 'nothing';
}

/** A client that notes how the answer ended. @param onBytes called with what has come so far */
const fetched = (
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; onBytes?: (bytes: Buffer) => void } = {},
): Promise<Heard> =>
  new Promise((resolve) => {
    const { method = 'POST', headers = {}, body = '', onBytes } = options;
    const heard: Heard = { status: undefined, headers: {}, body: Buffer.alloc(0), end: 'nothing' };
    let reset = false;
    const sent = request(url, { method, headers, agent: false });
    sent.on('socket', (socket) =>
      socket.prependListener('error', ({ code }: NodeJS.ErrnoException) => {
        reset ||= code === 'ECONNRESET';
      }),
    );
    const over = (end: Heard['end']) => resolve({ ...heard, end: reset ? 'reset' : end });
    sent.on('error', () => over(heard.status === undefined ? 'nothing' : 'cut'));
    sent.on('response', (answer) => {
      heard.status = answer.statusCode;
      heard.headers = answer.headers;
      answer.on('data', (bytes) => {
        heard.body = Buffer.concat([heard.body, bytes]);
        onBytes?.(heard.body);
      });
      answer.on('end', () => over('complete'));
      answer.on('error', () => over('cut'));
    });
    sent.end(body);
  });

const recording = async (upstream: string) => {
  const kept: Exchange[] = [];
  let notify = (): void => {};
  const server = createRecorder(new URL(upstream), (exchange) => {
    // What is kept can be read again.
    kept.push(Exchange.parse(JSON.parse(JSON.stringify(exchange))));
    notify();
  });
  const url = await listen(server, 0);
  onTestFinished(() => stop(server));
  const count = async (n: number): Promise<void> => {
    while (kept.length < n) {
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
    }
  };
  return { url, kept, count };
};

/** Time moves when somebody waits for it. */
const virtualClock = (): Clock & { waits: number[] } => {
  let ms = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => ms,
    until: async (due) => {
      waits.push(due);
      ms = Math.max(ms, due);
    },
  };
};

const playing = async (exchanges: readonly Exchange[], clock: Clock = virtualClock()): Promise<string> => {
  const server = createPlayer(exchanges, clock);
  const url = await listen(server, 0);
  onTestFinished(() => stop(server));
  return url;
};

/** Records one request to a server that answers so, and asks the recording the same. */
const twice = async (script: Script, options: Parameters<typeof fetched>[1] = {}, path = '/v1/chat') => {
  const upstream = await serve(script);
  const { url, kept, count } = await recording(upstream.url);
  const original = await fetched(url + path, options);
  await count(1);
  const again = await fetched((await playing(kept)) + path, options);
  return { original, again, exchange: kept[0] as Exchange, upstream };
};

describe('what is recorded is served again', () => {
  test('the same bytes, also those that are no text, in the same chunks', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0xc3, 0x0a]);
    const seen = gate();
    const { original, again, exchange, upstream } = await twice(
      async (answer) => {
        // The border between the two lies within a character.
        answer
          .head(201, { 'content-type': 'text/event-stream', 'x-own': 'kept from nobody' })
          .chunk('data: \u00e9', bytes);
        await seen.opened;
        answer.chunk('data: end\n\n').end();
      },
      { body: '{"a":1}', headers: { 'x-asked': 'yes' }, onBytes: ({ length }) => length >= 13 && seen.open() },
    );
    expect(upstream.asked[0]).toMatchObject({ path: '/v1/chat', body: '{"a":1}', headers: { 'x-asked': 'yes' } });
    expect(original.headers['x-own']).toBe('kept from nobody');
    expect(original.body).toEqual(Buffer.concat([Buffer.from('data: \u00e9'), bytes, Buffer.from('data: end\n\n')]));
    expect(again).toMatchObject({ status: 201, body: original.body, end: 'complete' });
    expect(exchange.head?.headers).toEqual({ 'content-type': 'text/event-stream' });
    expect(exchange).toMatchObject({ method: 'POST', path: '/v1/chat', body: bodyDigest(Buffer.from('{"a":1}')) });
    expect(exchange.chunks.length).toBeGreaterThanOrEqual(2);
    const times = [exchange.head?.ms ?? -1, ...exchange.chunks.map(({ ms }) => ms), exchange.end.ms];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test.each<[string, Script, Exchange['end']['how'], Heard['end']]>([
    ['a reset before the answer', (answer) => answer.reset(), 'reset', 'reset'],
    ['a server that leaves before the answer', (answer) => answer.halfClose(), 'error', 'nothing'],
    ['what is no HTTP', (answer) => answer.chunk('nonsense'), 'error', 'nothing'],
  ])('%s', async (_, script, how, end) => {
    const { original, again, exchange } = await twice(script);
    expect(exchange).toMatchObject({ head: null, chunks: [], end: { how } });
    expect([original.end, again.end]).toEqual([end, end]);
  });

  test.each<[string, 'reset' | 'halfClose', Exchange['end']['how'], Heard['end']]>([
    ['a reset in mid-stream', 'reset', 'reset', 'reset'],
    ['a server that leaves in mid-stream', 'halfClose', 'error', 'cut'],
  ])('%s', async (_, cut, how, end) => {
    const seen = gate();
    const { original, again, exchange } = await twice(
      async (answer) => {
        answer.head(200).chunk('half');
        await seen.opened;
        answer[cut]();
      },
      { onBytes: () => seen.open() },
    );
    expect(exchange).toMatchObject({ head: { status: 200 }, chunks: [{ text: 'half' }], end: { how } });
    expect(original).toMatchObject({ body: Buffer.from('half'), end });
    expect(again).toMatchObject({ body: Buffer.from('half'), end });
  });

  test('a server that is not there', async () => {
    const { url, kept, count } = await recording(await deadUrl());
    expect((await fetched(`${url}/v1`)).end).toBe('nothing');
    await count(1);
    expect(kept[0]).toMatchObject({ head: null, end: { how: 'error', why: expect.stringContaining('ECONNREFUSED') } });
  });

  test('a client that left: the server is left too, and nothing more is served than the client had', async () => {
    const upstream = await serve((answer) => void answer.head(200).chunk('half'));
    const { url, kept, count } = await recording(upstream.url);
    const leave = async (at: string): Promise<string> => {
      const controller = new AbortController();
      const answer = await fetch(`${at}/v1`, { method: 'POST', body: 'x', signal: controller.signal });
      const { value } = (await answer.body?.getReader().read()) ?? {};
      controller.abort();
      return Buffer.from(value ?? []).toString();
    };
    expect(await leave(url)).toBe('half');
    await Promise.all([count(1), upstream.asked[0]?.closed]);
    expect(kept[0]).toMatchObject({ chunks: [{ text: 'half' }], end: { how: 'abort' } });
    expect(await leave(await playing(kept))).toBe('half');
  });

  test('a path under the upstream, and one that looks like another host', async () => {
    const upstream = await serve((answer) => answer.json(200, {}));
    const { url } = await recording(`${upstream.url}/base/`);
    await fetched(`${url}/v1/models?x=1`, { method: 'GET' });
    await fetched(`${url}//elsewhere.test/v1`, { method: 'GET' });
    expect(upstream.asked.map(({ path }) => path)).toEqual(['/base/v1/models?x=1', '/base/v1']);
  });
});

describe('timing', () => {
  test('every part is waited for until its time, in order', async () => {
    const clock = virtualClock();
    const exchange: Exchange = {
      method: 'GET',
      path: '/v1',
      body: bodyDigest(Buffer.alloc(0)),
      head: { ms: 120, status: 200, headers: {} },
      chunks: [
        { ms: 150, text: 'a' },
        { ms: 900, text: 'b' },
      ],
      end: { ms: 5000, how: 'done' },
    };
    const url = await playing([exchange, exchange], clock);
    expect(String((await fetched(`${url}/v1`, { method: 'GET' })).body)).toBe('ab');
    expect(clock.waits).toEqual([120, 150, 900, 5000]);
    await fetched(`${url}/v1`, { method: 'GET' });
    expect(clock.waits.slice(4)).toEqual([5120, 5150, 5900, 10_000]);
  });
});

describe('who gets which answer', () => {
  const answered = (text: string, body = ''): Exchange => ({
    method: 'POST',
    path: '/v1',
    body: bodyDigest(Buffer.from(body)),
    head: { ms: 0, status: 200, headers: {} },
    chunks: [{ ms: 0, text }],
    end: { ms: 0, how: 'done' },
  });

  test('by method, path and body; equal requests in the order of the recording', async () => {
    const url = await playing([answered('a1', 'a'), answered('b1', 'b'), answered('a2', 'a')]);
    const texts: string[] = [];
    for (const body of ['a', 'a', 'b']) texts.push(String((await fetched(`${url}/v1`, { body })).body));
    expect(texts).toEqual(['a1', 'a2', 'b1']);
  });

  test('an unknown request gets 404 and a sentence, and so does one too many', async () => {
    const url = await playing([answered('a1', 'a')]);
    const sentence = async (path: string, body: string, method = 'POST') => {
      const heard = await fetched(url + path, { body, method });
      return [heard.status, JSON.parse(String(heard.body)).error.message];
    };
    expect(await sentence('/v2', 'a')).toEqual([
      404,
      expect.stringMatching(/^POST \/v2 with the body ca978112ca1b is not in/),
    ]);
    expect(await sentence('/v1', 'a', 'PUT')).toEqual([404, expect.stringMatching(/^PUT .* is not in this cassette$/)]);
    await fetched(`${url}/v1`, { body: 'a' });
    expect(await sentence('/v1', 'a')).toEqual([
      404,
      expect.stringMatching(/was recorded less often than it was asked$/),
    ]);
  });
});

test('a brain hears the same through a recorder and from its cassette', async () => {
  const event = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const upstream = await serve((answer) => {
    answer.head(200, { 'content-type': 'text/event-stream' });
    answer.chunk(event({ content: 'né' }), event({ content: ' 🦊' }, 'stop'), 'data: [DONE]\n\n').end();
  });
  const { url, kept, count } = await recording(upstream.url);
  const hear = async (at: string) => {
    const brain = createOpenAiBrain({ vendor: 'compatible', baseUrl: `${at}/v1`, model: 'm' });
    const { deltas, end, error } = await collect(brain.stream(ask({ frame: 'F' })));
    expect(error).toBeUndefined();
    return [deltas, end?.finish, end?.usage];
  };
  const recorded = await hear(url);
  await count(1);
  expect(await hear(await playing(kept))).toEqual(recorded);
});
