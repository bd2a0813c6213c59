/** The `openai` adapter against llama.cpp's own server: what a good answer is. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createEmbeddedBrain } from '../../src/adapters/brains/embedded.ts';
import { plainSchema } from '../../src/adapters/brains/endpoints/schema.ts';
import { Reply, replyJsonSchema } from '../../src/kernel/syscalls.ts';
import { ask, collect } from '../adapters/streams.ts';
import { FRAME, VERDICT } from '../cassettes/llama-asks.ts';
import { BUILD_MS, brainAt, built, lacking, llama } from './llama.ts';

beforeAll(async () => {
  if (lacking === undefined) await built();
}, BUILD_MS);

describe.skipIf(lacking !== undefined)(`openai against llama-server${lacking ? ` (${lacking})` : ''}`, () => {
  test('the model that it serves is in its list', async () => {
    const probe = await brainAt(await llama()).probe();
    expect(probe).toMatchObject({ ok: true, hasModel: true, models: [{ name: 'tiny' }] });
  });

  test('a reply streams token by token, and is the one that the same weights give in process', async () => {
    const request = ask({ frame: FRAME });
    const { deltas, text, end, error } = await collect(brainAt(await llama()).stream(request));
    expect(error).toBeUndefined();
    const embedded = await createEmbeddedBrain({ checkpoint: 'tiny' });
    const own = await collect(embedded.stream(request));
    await embedded.dispose();
    expect(text).toBe(own.text);
    expect(Reply.safeParse(JSON.parse(text)).success).toBe(true);
    expect(deltas.length).toBeGreaterThan(20);
    expect(deltas.every(({ type }) => type === 'text')).toBe(true);
    expect(end?.finish).toBe('stop');
  });

  test('usage is the server’s own count, of tokens and not of deltas', async () => {
    const server = await llama();
    const { deltas, end } = await collect(brainAt(server).stream(ask({ frame: FRAME })));
    // It prints what it counted, in its own words, also where nobody asks.
    const counted = () => /total time =.*\/ +(\d+) tokens/.exec(server.log())?.[1];
    await vi.waitUntil(() => counted() !== undefined, { timeout: 10_000 });
    expect(end?.usage.tokensIn).toBeGreaterThan(50);
    expect(end?.usage.tokensOut).toBeGreaterThanOrEqual(deltas.length);
    expect((end?.usage.tokensIn ?? 0) + (end?.usage.tokensOut ?? 0)).toBe(Number(counted()));
    expect(end?.totalMs).toBeGreaterThanOrEqual(end?.firstTokenMs ?? Number.POSITIVE_INFINITY);
  });

  test('the same seed gives the same text, another seed another', async () => {
    const brain = brainAt(await llama());
    const warm = async (seed: number) =>
      (await collect(brain.stream(ask({ frame: 'Say something.', temperature: 1500, seed, maxTokens: 60 })))).text;
    const first = await warm(1);
    expect(await warm(1)).toBe(first);
    expect(await warm(2)).not.toBe(first);
  });

  test('a reply is cut at its limit of tokens, and says so', async () => {
    const { end } = await collect(brainAt(await llama()).stream(ask({ frame: FRAME, maxTokens: 5 })));
    expect(end).toMatchObject({ finish: 'length', usage: { tokensOut: 5 } });
  });

  test('a schema that the model knows nothing of holds it', async () => {
    const brain = brainAt(await llama());
    for (const seed of [1, 2, 3]) {
      const { text, end } = await collect(
        brain.stream(ask({ frame: FRAME, schema: VERDICT, temperature: 1000, seed })),
      );
      expect(end?.finish).toBe('stop');
      const reply = JSON.parse(text) as { verdict: string; count: number };
      expect(Object.keys(reply).sort()).toEqual(['count', 'verdict']);
      expect(['né 🦊', 'non']).toContain(reply.verdict);
      expect(reply.count).toBeGreaterThanOrEqual(10);
      expect(reply.count).toBeLessThanOrEqual(99);
    }
  });

  test.each(['planner', 'worker'] as const)('the schema of a %s’s frame is one that it takes', async (role) => {
    const schema = replyJsonSchema(role);
    const brain = brainAt(await llama({ context: 2048 }));
    const { text, end, error } = await collect(brain.stream(ask({ frame: FRAME, schema, maxTokens: 1500 })));
    expect(error).toBeUndefined();
    expect(end?.finish).toBe('stop');
    expect(Reply.safeParse(JSON.parse(text)).success).toBe(true);
    expect(plainSchema(schema)).not.toEqual(schema);
  });

  test('streams at the same time do not mix', async () => {
    const brain = brainAt(await llama({ slots: 4 }));
    const frames = ['1000 and 1', '2000 and 2', '3000 and 3', '4000 and 4'].map((sum) =>
      FRAME.replace('4410 and 4900', sum),
    );
    const alone: string[] = [];
    for (const frame of frames) alone.push((await collect(brain.stream(ask({ frame })))).text);
    const together = await Promise.all(frames.map((frame) => collect(brain.stream(ask({ frame })))));
    expect(together.map(({ text }) => text)).toEqual(alone);
    expect(new Set(alone).size).toBe(frames.length);
  });

  test('streams one after the other, though the server leaves each connection that it promises to keep', async () => {
    const brain = brainAt(await llama());
    for (let i = 0; i < 20; i += 1) {
      const { error } = await collect(brain.stream(ask({ frame: FRAME, maxTokens: 3 })));
      expect(error).toBeUndefined();
    }
  });
});
