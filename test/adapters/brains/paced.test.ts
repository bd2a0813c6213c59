import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from '../../../src/adapters/brains/paced.ts';
import { BrainError } from '../../../src/runtime/ports.ts';
import { ask, collect, END, ScriptedBrain, said } from '../streams.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Starts to read, and notes when each text came. */
const read = (brain: ScriptedBrain, ms: number, signal = new AbortController().signal) => {
  const seen: { at: number; text: string }[] = [];
  const start = performance.now();
  const stream = paced(brain, () => ms).stream(ask({ signal }));
  const noted = async function* () {
    for await (const item of stream) {
      if (item.type !== 'end') seen.push({ at: performance.now() - start, text: item.text });
      yield item;
    }
  };
  return { seen, done: collect(noted()) };
};

describe('paced brain', () => {
  it('releases a token every so many milliseconds, deltas of several tokens in pieces', async () => {
    const { seen, done } = read(new ScriptedBrain([said('ab'), said('cdefgh', 3), END]), 30);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([
      { at: 0, text: 'ab' },
      { at: 30, text: 'cd' },
      { at: 60, text: 'ef' },
      { at: 90, text: 'gh' },
    ]);
    expect(await done).toMatchObject({ text: 'abcdefgh', end: END });
  });

  it('lets the brain finish at its own speed and keeps its figures', async () => {
    const brain = new ScriptedBrain([said('a'), said('b'), said('c'), END]);
    const { seen, done } = read(brain, 1000);
    await vi.advanceTimersByTimeAsync(10);
    expect(seen).toHaveLength(1);
    expect(brain.taken).toBe(4);
    await vi.advanceTimersByTimeAsync(5000);
    expect((await done).end).toEqual(END);
  });

  it('ends at once when it is aborted, and tells what was released', async () => {
    const controller = new AbortController();
    const brain = new ScriptedBrain([said('a'), said('bc', 2), END]);
    const { done } = read(brain, 1000, controller.signal);
    await vi.advanceTimersByTimeAsync(1500);
    controller.abort();
    expect(await done).toMatchObject({ text: 'ab', end: { finish: 'aborted', usage: { tokensOut: 2 } } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops the brain when the reader leaves', async () => {
    const brain = new ScriptedBrain([said('a'), said('b'), END]);
    for await (const _ of paced(brain, () => 10).stream(ask())) break;
    expect(brain.requests[0]?.signal.aborted).toBe(true);
  });

  it('passes an error on, after the text before it', async () => {
    const { done } = read(new ScriptedBrain([said('a'), said('b'), new BrainError('overloaded', 'busy')]), 5);
    await vi.advanceTimersByTimeAsync(100);
    expect(await done).toMatchObject({ text: 'ab', error: { code: 'overloaded' } });
  });

  it('reports a stream without an end as cut off', async () => {
    const { done } = read(new ScriptedBrain([said('a')]), 5);
    await vi.advanceTimersByTimeAsync(100);
    expect(await done).toMatchObject({ text: 'a', error: { code: 'cut_off' } });
  });

  it('splits no surrogate pair', async () => {
    const { seen } = read(new ScriptedBrain([said('a🙂b', 4), END]), 1);
    await vi.advanceTimersByTimeAsync(100);
    expect(seen.every(({ text }) => text.isWellFormed())).toBe(true);
    expect(seen.map(({ text }) => text).join('')).toBe('a🙂b');
  });

  it('is the brain that it paces', async () => {
    const brain = new ScriptedBrain([]);
    const slow = paced(brain, () => 1);
    expect(slow).toMatchObject({ name: 'script', digest: 'd', simulated: false });
    await slow.dispose();
    expect(brain.disposed).toBe(true);
  });
});
