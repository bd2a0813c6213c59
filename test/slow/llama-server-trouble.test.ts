/** The `openai` adapter against llama.cpp's own server: refusals, breaks, restarts and aborts. */
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openConnections } from '../../scripts/lib/connections.ts';
import type { LlamaServer } from '../../scripts/lib/llama-server.ts';
import { createBalancedBrain } from '../../src/adapters/brains/endpoints/balanced.ts';
import { openEndpoints } from '../../src/adapters/brains/endpoints/index.ts';
import type { Brain, BrainDelta, BrainEnd } from '../../src/runtime/ports.ts';
import { within } from '../adapters/brains/endpoints/server.ts';
import { ask, type Collected, collect } from '../adapters/streams.ts';
import { FRAME } from '../cassettes/llama-asks.ts';
import { BUILD_MS, brainAt, built, ENDLESS, ENDLESS_TOKENS, lacking, llama } from './llama.ts';

const KEY = 'conformance-Key-0123456789';
const WRONG = 'another-Key-0123456789';

beforeAll(async () => {
  if (lacking === undefined) await built();
}, BUILD_MS);

/** Reads a stream until it has said something, then does something, then reads on. */
const midway = async (stream: AsyncIterable<BrainDelta | BrainEnd>, act: () => void): Promise<Collected> => {
  let said = 0;
  const watched = async function* () {
    for await (const item of stream) {
      yield item;
      said += 1;
      if (said === 5) act();
    }
  };
  return await collect(watched());
};
const endless = (brain: Brain, signal?: AbortSignal) =>
  brain.stream(ask({ frame: FRAME, maxTokens: ENDLESS_TOKENS, ...(signal === undefined ? {} : { signal }) }));
const short = (brain: Brain) => collect(brain.stream(ask({ frame: FRAME, maxTokens: 5 })));

/** Resolves once the server's side of all its connections is closed. */
const left = async ({ port }: LlamaServer): Promise<void> => {
  await vi.waitUntil(() => openConnections(port).size === 0, { timeout: 30_000, interval: 1 });
};

describe.skipIf(lacking !== undefined)(`openai against llama-server${lacking ? ` (${lacking})` : ''}`, () => {
  describe('refused', () => {
    const withKey = (value: string): { keyEnv: string } => {
      vi.stubEnv('TURINGOS_TEST_LLAMA_KEY', value);
      onTestFinished(() => void vi.unstubAllEnvs());
      return { keyEnv: 'TURINGOS_TEST_LLAMA_KEY' };
    };

    test('a wrong key is unauthorized, the right one is taken, and none is unauthorized too', async () => {
      const server = await llama({ key: KEY });
      const wrong = await short(brainAt(server, withKey(WRONG)));
      expect(wrong.error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('answered 401') });
      expect((await short(brainAt(server, withKey(KEY)))).end?.finish).toBe('length');
      expect((await short(brainAt(server))).error).toMatchObject({ code: 'unauthorized' });
      expect(server.log()).not.toContain(WRONG);
    });

    test('a prompt that is longer than the context is context_exceeded, not a refusal', async () => {
      const { error } = await collect(brainAt(await llama()).stream(ask({ frame: FRAME.repeat(20) })));
      expect(error).toMatchObject({ code: 'context_exceeded', message: expect.stringContaining('answered 400') });
    });

    test('a context that is filled by the reply cuts it there', async () => {
      const server = await llama({ context: 256, args: ['--ignore-eos'] });
      const { end } = await collect(endless(brainAt(server)));
      expect(end).toMatchObject({ finish: 'length' });
      expect((end?.usage.tokensIn ?? 0) + (end?.usage.tokensOut ?? 0)).toBeLessThanOrEqual(256);
    });

    test('a schema that is none is refused with the server’s words', async () => {
      const { error } = await collect(
        brainAt(await llama()).stream(ask({ frame: FRAME, schema: { type: 'no such' } })),
      );
      expect(error).toMatchObject({ code: 'refused', message: expect.stringMatching(/answered 400: .*schema/i) });
    });

    test('a wrong path is told as one', async () => {
      const server = await llama();
      const { error } = await short(brainAt(server, { baseUrl: `${server.url}/api` }));
      expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('answered 404') });
    });
  });

  describe('a server that is killed in mid-stream', () => {
    test('is a cut, with what was said until then', async () => {
      const server = await llama(ENDLESS);
      const { text, end, error } = await midway(endless(brainAt(server)), () => void server.end());
      expect(error).toMatchObject({ name: 'BrainError', code: 'cut_off' });
      expect(end).toBeUndefined();
      expect(text).not.toBe('');
    });

    test('and started again serves the same adapter again', async () => {
      const server = await llama(ENDLESS);
      const brain = brainAt(server);
      expect((await midway(endless(brain), () => void server.end())).error).toMatchObject({ code: 'cut_off' });
      await server.end();
      expect((await short(brain)).error).toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('nothing listens there'),
      });
      await llama({ ...ENDLESS, port: server.port });
      expect((await short(brain)).end?.finish).toBe('length');
    });

    test('and comes back within the time of the retries is not missed', async () => {
      const server = await llama();
      await server.end();
      const brain = await openEndpoints([
        { protocol: 'openai', vendor: 'llama-server', baseUrl: `${server.url}/v1`, model: 'tiny' },
      ]);
      onTestFinished(() => brain.dispose());
      const asked = short(brain);
      await llama({ port: server.port });
      expect(await asked).toMatchObject({ end: { finish: 'length' } });
    });

    test('rests behind its circuit breaker while another serves, and serves again when it is back', async () => {
      let now = 0;
      const [one, other] = [await llama(), await llama()];
      const brain = createBalancedBrain([brainAt(one), brainAt(other)], () => now);
      const served = ({ log }: LlamaServer): number => log().match(/stop processing/g)?.length ?? 0;
      const ask10 = async () => {
        for (let i = 0; i < 10; i += 1) expect((await short(brain)).end?.finish).toBe('length');
      };
      await ask10();
      await vi.waitUntil(() => served(one) === 5 && served(other) === 5);
      await one.end();
      await ask10();
      await vi.waitUntil(() => served(other) === 15);
      const back = await llama({ port: one.port });
      await ask10();
      // It rests, though it is there.
      await vi.waitUntil(() => served(other) === 25);
      expect(served(back)).toBe(0);
      now += 60_000;
      await ask10();
      await vi.waitUntil(() => served(back) === 5 && served(other) === 30);
    });
  });

  describe('left by us', () => {
    test('in mid-stream, the server sees the connection go within 250 ms, and works on nothing any more', async () => {
      const server = await llama(ENDLESS);
      const controller = new AbortController();
      let gone: Promise<boolean> | undefined;
      const { end, text } = await midway(endless(brainAt(server), controller.signal), () => {
        expect(openConnections(server.port).size).toBe(1);
        gone = within(250, left(server));
        controller.abort();
      });
      expect(end?.finish).toBe('aborted');
      expect(text).not.toBe('');
      expect(await gone).toBe(true);
      await vi.waitUntil(async () => (await server.busy()) === 0, { timeout: 10_000 });
    });

    test('while it waits in the queue behind another, before any answer', async () => {
      const server = await llama(ENDLESS);
      const brain = brainAt(server);
      const [first, second] = [new AbortController(), new AbortController()];
      const talking = midway(endless(brain, first.signal), () => {});
      await vi.waitUntil(async () => (await server.busy()) === 1, { timeout: 10_000 });
      const waiting = collect(endless(brain, second.signal));
      await vi.waitUntil(() => openConnections(server.port).size === 2, { timeout: 10_000 });
      second.abort();
      expect(await waiting).toMatchObject({ text: '', end: { finish: 'aborted' } });
      await vi.waitUntil(() => openConnections(server.port).size === 1, { timeout: 10_000 });
      first.abort();
      expect((await talking).end?.finish).toBe('aborted');
      await left(server);
    });

    test('and asked again at once, it serves', async () => {
      const server = await llama(ENDLESS);
      const brain = brainAt(server);
      for (let i = 0; i < 5; i += 1) {
        const controller = new AbortController();
        await midway(endless(brain, controller.signal), () => controller.abort());
        expect((await short(brain)).end?.finish).toBe('length');
      }
    });
  });

  test('a server that stands still has timed out, is left, and serves when it goes on', async () => {
    const server = await llama(ENDLESS);
    onTestFinished(() => void process.kill(server.pid, 'SIGCONT'));
    const brain = brainAt(server, { silenceMs: 500 });
    const { error, text } = await midway(endless(brain), () => process.kill(server.pid, 'SIGSTOP'));
    expect(error).toMatchObject({ code: 'timed_out' });
    expect(text).not.toBe('');
    await left(server);
    expect((await short(brain)).error).toMatchObject({ code: 'timed_out' });
    process.kill(server.pid, 'SIGCONT');
    await vi.waitFor(async () => expect((await short(brain)).end?.finish).toBe('length'), { timeout: 30_000 });
  });
});
