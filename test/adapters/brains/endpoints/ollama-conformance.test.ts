/** The `ollama` adapter against a server with a real model behind it, in a process of its own. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedBrain } from '../../../../src/adapters/brains/embedded.ts';
import type { EndpointBrain } from '../../../../src/adapters/brains/endpoints/endpoint-brain.ts';
import { createOllamaBrain, type OllamaOptions } from '../../../../src/adapters/brains/endpoints/ollama.ts';
import { Reply, replyJsonSchema } from '../../../../src/kernel/syscalls.ts';
import type { BrainRequest } from '../../../../src/runtime/ports.ts';
import { ADDING } from '../../../support/ollama-server/frames.ts';
import { is, type RunningServer, startOllama } from '../../../support/ollama-server/start.ts';
import { ask, type Collected, collect } from '../../streams.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startOllama();
});
afterAll(() => server.kill());

const brains: EndpointBrain[] = [];
const brainOf = async (model: string, more: Partial<OllamaOptions> = {}): Promise<EndpointBrain> => {
  const brain = await createOllamaBrain({ baseUrl: server.url, model, ...more });
  brains.push(brain);
  return brain;
};
afterEach(async () => {
  for (const brain of brains.splice(0)) await brain.dispose();
});
const said = async (model: string, request: Partial<BrainRequest> = {}, more?: Partial<OllamaOptions>) =>
  collect((await brainOf(model, more)).stream(ask({ frame: ADDING, ...request })));
const failureOf = ({ error }: Collected) => error;
/** The request for a chat that came last to a server. */
const lastChat = ({ seen }: RunningServer): number =>
  seen.filter(is('asked', { path: '/api/chat' })).at(-1)?.n as number;
const noConnection = (at: RunningServer) =>
  at.first((one): one is Extract<typeof one, { what: 'connections' }> => {
    const last = at.seen.filter(is('connections')).at(-1);
    return one === last && last?.open === 0;
  });

describe('a reply', () => {
  test('streams in pieces, the same text as the same model in this process', async () => {
    const embedded = await createEmbeddedBrain({ checkpoint: 'tiny' });
    const here = await collect(embedded.stream(ask({ frame: ADDING })));
    await embedded.dispose();
    const there = await said('tiny');
    expect(there.error).toBeUndefined();
    expect(there.text).toBe(here.text);
    expect(there.deltas.length).toBeGreaterThan(50);
    expect(there.end).toMatchObject({ finish: 'stop', usage: here.end?.usage });
  });

  test('has latencies to the first token and in all', async () => {
    const { end } = await said('tiny');
    expect(end?.firstTokenMs).toBeGreaterThan(0);
    expect(end?.totalMs).toBeGreaterThan(end?.firstTokenMs as number);
  });

  test('keeps thoughts apart, and thinks only where it may', async () => {
    const thought = await said('tiny-thinking');
    const kinds = thought.deltas.map(({ type }) => type);
    expect(kinds.lastIndexOf('reasoning')).toBeLessThan(kinds.indexOf('text'));
    expect(thought.text).not.toContain('think>');
    const thoughts = thought.deltas.filter(({ type }) => type === 'reasoning').map(({ text }) => text);
    expect(thoughts.join('')).toMatch(/^[a-z0-9 ]{24}$/);
    const off = await said('tiny-thinking', {}, { thinking: 'off' });
    expect(off.deltas.every(({ type }) => type === 'text')).toBe(true);
    expect(failureOf(await said('tiny', {}, { thinking: 'on' }))).toMatchObject({ code: 'refused' });
  });

  test('is held to the schema of a frame at any temperature', async () => {
    const schema = replyJsonSchema('worker');
    let whole = 0;
    for (const seed of [1, 2, 3, 4]) {
      const { text, end, error } = await said('tiny', { schema, temperature: 1500, seed });
      expect(error).toBeUndefined();
      if (end?.finish !== 'stop') continue;
      whole += 1;
      expect(Reply.safeParse(JSON.parse(text)).error).toBeUndefined();
    }
    expect(whole).toBeGreaterThan(0);
  });

  test('follows the seed', async () => {
    const say = async (seed: number) => (await said('tiny-early', { temperature: 1500, seed })).text;
    const one = await say(1);
    expect(await say(1)).toBe(one);
    expect(new Set([one, await say(2), await say(3), await say(4)]).size).toBeGreaterThan(1);
  });

  test('ends where its tokens or its context do, and says so', async () => {
    expect((await said('tiny', { maxTokens: 5 })).end).toMatchObject({ finish: 'length', usage: { tokensOut: 5 } });
    const { end } = await said('tiny', {}, { contextTokens: 120 });
    expect(end?.finish).toBe('length');
    expect((end?.usage.tokensIn ?? 0) + (end?.usage.tokensOut ?? 0)).toBe(120);
  });
});

describe('a refusal', () => {
  test('of a model that is not there names those that are', async () => {
    expect(failureOf(await said('none'))).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/answered 404: model 'none' not found; it has tiny:latest, tiny-early:latest/),
    });
  });

  test('of a frame that does not fit: its beginning is not dropped in silence', async () => {
    expect(failureOf(await said('tiny', {}, { contextTokens: 64 }))).toMatchObject({
      code: 'context_exceeded',
      message: expect.stringContaining('the input length exceeds the context length'),
    });
  });

  test('in mid-stream is a cut, and what was said is kept', async () => {
    const found = await said('tiny-breaks');
    expect(failureOf(found)).toMatchObject({
      code: 'cut_off',
      message: expect.stringContaining('ended the stream with an error: an error was encountered while running'),
    });
    expect(found.text).toMatch(/^\{"q":"/);
  });
});

describe('what identifies it', () => {
  test('the digest of the weights, which two names of one file share', async () => {
    const [one, other] = [await brainOf('tiny'), await brainOf('tiny-endless:latest')];
    expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(other.digest).toBe(one.digest);
    expect((await brainOf('none')).digest).toBe('none');
  });

  test('a probe knows whether the model is there', async () => {
    expect(await (await brainOf('tiny')).probe()).toMatchObject({ ok: true, hasModel: true });
    expect(await (await brainOf('none')).probe()).toMatchObject({ ok: true, hasModel: false });
  });
});

describe('whoever leaves ends the generation', () => {
  test('a reader who breaks off: no connection stays open', async () => {
    const own = await startOllama();
    const brain = await createOllamaBrain({ baseUrl: own.url, model: 'tiny-endless' });
    let heard = 0;
    for await (const _ of brain.stream(ask({ frame: ADDING, maxTokens: 16_000 }))) if (++heard === 5) break;
    expect(await own.first(is('left', { n: lastChat(own) }))).toBeDefined();
    expect((await own.first(is('ended'))).how).toBe('left');
    // The one that listed the models was kept for the next request; it was the same one, and went with it.
    expect(await noConnection(own)).toBeDefined();
    await own.kill();
  });

  test('an abort in mid-stream', async () => {
    const brain = await brainOf('tiny-endless');
    const controller = new AbortController();
    const items = [];
    for await (const item of brain.stream(ask({ frame: ADDING, maxTokens: 16_000, signal: controller.signal }))) {
      items.push(item);
      if (items.length === 20) controller.abort();
    }
    expect(items.at(-1)).toMatchObject({ type: 'end', finish: 'aborted' });
    expect((await server.first(is('ended', { n: lastChat(server) }))).how).toBe('left');
  });

  test('an abort before the headers, while the model is being loaded', async () => {
    const brain = await brainOf('tiny-heavy');
    const controller = new AbortController();
    const before = server.seen.length;
    const found = collect(brain.stream(ask({ signal: controller.signal })));
    const asked = (one: (typeof server.seen)[number]): one is Extract<typeof one, { what: 'asked' }> =>
      is('asked', { path: '/api/chat' })(one) && server.seen.indexOf(one) >= before;
    const { n } = await server.first(asked);
    controller.abort();
    expect((await found).end).toMatchObject({ finish: 'aborted', usage: { tokensOut: 0 } });
    expect(await server.first(is('left', { n }))).toBeDefined();
  });
});

describe('a server that is killed', () => {
  test('in mid-stream cuts the reply off; started again, it serves the same brain', async () => {
    const doomed = await startOllama();
    const brain = await createOllamaBrain({ baseUrl: doomed.url, model: 'tiny-endless' });
    let killed: Promise<void> | undefined;
    let heard = 0;
    const reading = (async () => {
      for await (const item of brain.stream(ask({ frame: ADDING, maxTokens: 16_000 }))) {
        if (item.type === 'text') heard += 1;
        if (heard === 5) killed ??= doomed.kill('SIGKILL');
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'BrainError', code: 'cut_off' });
    expect(heard).toBeGreaterThanOrEqual(5);
    await killed;
    expect(failureOf(await collect(brain.stream(ask({ frame: ADDING }))))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nothing listens there'),
    });

    const again = await startOllama(doomed.port);
    const found = await collect(brain.stream(ask({ frame: ADDING, maxTokens: 20 })));
    expect([found.error, found.end?.usage.tokensOut]).toEqual([undefined, 20]);
    await brain.dispose();
    await again.kill();
  });

  test('before the headers was unreachable', async () => {
    const doomed = await startOllama();
    const brain = await createOllamaBrain({ baseUrl: doomed.url, model: 'tiny-heavy' });
    const found = collect(brain.stream(ask()));
    await doomed.first(is('asked', { path: '/api/chat' }));
    await doomed.kill('SIGKILL');
    expect(failureOf(await found)).toMatchObject({ code: 'unreachable' });
  });
});
