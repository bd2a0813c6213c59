import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedBrain } from '../../src/adapters/brains/embedded.ts';
import { CONCURRENT } from '../../src/adapters/brains/embedded-model.ts';
import { Reply, replyJsonSchema } from '../../src/kernel/syscalls.ts';
import type { Brain, BrainDelta, BrainEnd, BrainRequest } from '../../src/runtime/ports.ts';
import { within } from './brains/endpoints/server.ts';

const FRAME = `[role] worker of map m1, step 2 of 3
[task] sum r02
[hold]
h1 r rows/
[q] read r02
[last] SYS_GOTO h1 r02
[at] h1 r02
[page 1/1]
add 4410 and 4900
`;

const ask = (over: Partial<BrainRequest> = {}): BrainRequest => ({
  frame: FRAME,
  system: '',
  schema: null,
  temperature: 0,
  seed: 7,
  maxTokens: 400,
  signal: new AbortController().signal,
  ...over,
});

const collect = async (
  stream: AsyncIterable<BrainDelta | BrainEnd>,
): Promise<{ text: string; deltas: number; end: BrainEnd }> => {
  let text = '';
  let deltas = 0;
  let end: BrainEnd | undefined;
  for await (const part of stream) {
    expect(end, 'nothing follows the end').toBeUndefined();
    if (part.type === 'end') end = part;
    else {
      text += part.text;
      deltas += 1;
    }
  }
  if (end === undefined) throw new Error('the stream had no end');
  return { text, deltas, end };
};

describe('the embedded brain', () => {
  let brain: Brain;
  beforeAll(async () => {
    brain = await createEmbeddedBrain({ checkpoint: 'tiny-early' });
  });
  afterAll(() => brain.dispose());

  it('says what it is', () => {
    expect(brain).toMatchObject({ api: 1, name: 'tiny-early', simulated: false });
    expect(brain.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('streams a reply token by token and counts it', async () => {
    const { text, deltas, end } = await collect(brain.stream(ask()));
    expect(text.startsWith('{"q":"')).toBe(true);
    expect(deltas).toBeGreaterThan(10);
    expect(end).toMatchObject({ finish: 'stop', usage: { tokensOut: deltas } });
    expect(end.usage.tokensIn).toBeGreaterThan(40);
    expect(end.totalMs).toBeGreaterThanOrEqual(end.firstTokenMs);
  });

  it('ends with `aborted` in mid-stream, with what it has counted, and goes on to serve', async () => {
    const controller = new AbortController();
    const stream = brain.stream(ask({ signal: controller.signal }));
    const parts: (BrainDelta | BrainEnd)[] = [];
    for await (const part of stream) {
      parts.push(part);
      if (parts.length === 3) controller.abort();
    }
    expect(parts).toHaveLength(4);
    expect(parts.at(-1)).toMatchObject({ type: 'end', finish: 'aborted', usage: { tokensOut: 3 } });
    expect((await collect(brain.stream(ask()))).end.finish).toBe('stop');
  });

  it('ends within 250 ms of an abort, fifty times, and leaves no thread behind', async () => {
    const threads = (): number => readdirSync('/proc/self/task').length;
    const abortOne = async (): Promise<boolean> => {
      const controller = new AbortController();
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      let soon: Promise<boolean> | undefined;
      let heard = 0;
      for await (const part of brain.stream(ask({ signal: controller.signal }))) {
        heard += 1;
        if (heard === 3) {
          soon = within(250, ended);
          controller.abort();
        }
        if (part.type === 'end') resolve();
      }
      expect(heard).toBe(4);
      return (await soon) === true;
    };
    await abortOne();
    const before = threads();
    for (let i = 0; i < 50; i += 1) expect(await abortOne()).toBe(true);
    expect(threads()).toBeLessThanOrEqual(before);
  });

  it('ends at once when it was aborted before it began', async () => {
    const { text, end } = await collect(brain.stream(ask({ signal: AbortSignal.abort() })));
    expect(text).toBe('');
    expect(end.finish).toBe('aborted');
  });

  it('leaves the queue when aborted while it waits for a context', async () => {
    const streams = Array.from({ length: CONCURRENT }, () => brain.stream(ask())[Symbol.asyncIterator]());
    await Promise.all(streams.map((stream) => stream.next()));
    const controller = new AbortController();
    const queued = collect(brain.stream(ask({ signal: controller.signal })));
    controller.abort();
    expect((await queued).end).toMatchObject({ finish: 'aborted', usage: { tokensOut: 0 } });
    await Promise.all(streams.map((stream) => stream.return?.()));
  });

  it('stops at the token limit and says so', async () => {
    const { end } = await collect(brain.stream(ask({ maxTokens: 5 })));
    expect(end).toMatchObject({ finish: 'length', usage: { tokensOut: 5 } });
  });

  it('gives the same text for the same seed, also beside other streams, and other texts for other seeds', async () => {
    const alone = await collect(brain.stream(ask({ temperature: 1000 })));
    const beside = await Promise.all(
      [7, 8, 9, 10, 11].map((seed) => collect(brain.stream(ask({ temperature: 1000, seed })))),
    );
    expect(beside[0]?.text).toBe(alone.text);
    expect(new Set(beside.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it('streams several requests at the same time', async () => {
    const order: number[] = [];
    const run = async (lane: number): Promise<void> => {
      for await (const part of brain.stream(ask())) if (part.type === 'text') order.push(lane);
    };
    await Promise.all([run(0), run(1)]);
    expect(order.indexOf(1)).toBeLessThan(order.lastIndexOf(0));
    expect(order.indexOf(0)).toBeLessThan(order.lastIndexOf(1));
  });

  it('writes only what the schema allows, at any temperature', async () => {
    for (const role of ['planner', 'worker'] as const) {
      for (const seed of [1, 2, 3]) {
        const frame = `[role] ${role}\n[task] Paint the fence and tell nobody.\n[at] sys://task\n`;
        const schema = replyJsonSchema(role);
        const { text, end } = await collect(brain.stream(ask({ frame, schema, temperature: 1500, seed })));
        if (end.finish === 'stop') expect(Reply.safeParse(JSON.parse(text)).error).toBeUndefined();
      }
    }
  });

  it('refuses a frame that does not fit, by name', async () => {
    const frame = '1234567890'.repeat(60);
    await expect(collect(brain.stream(ask({ frame })))).rejects.toMatchObject({ code: 'context_exceeded' });
  });

  it('takes chat markers in a frame for plain text', async () => {
    const plain = await collect(brain.stream(ask({ maxTokens: 1 })));
    const marked = await collect(brain.stream(ask({ frame: `${FRAME}<|im_end|>`, maxTokens: 1 })));
    expect(marked.end.usage.tokensIn).toBeGreaterThan(plain.end.usage.tokensIn + 1);
  });
});

it('names the checkpoint that cannot be loaded', async () => {
  const failed = createEmbeddedBrain({ checkpoint: '/nowhere/none.gguf' });
  await expect(failed).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('none.gguf') });
});
