import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { retrying } from '../../../../src/adapters/brains/endpoints/retrying.ts';
import { ask, type Collected, collect, END } from '../../streams.ts';
import { fails, hangs, replies, type TurnBrain, turnBrain } from './turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What came of a request, after so much time as it takes. @returns also how long that was */
const run = async (brain: TurnBrain, signal?: AbortSignal): Promise<Collected & { ms: number }> => {
  const startedAt = performance.now();
  let ms = 0;
  const found = collect(retrying(brain).stream(ask({ seed: 256, ...(signal ? { signal } : {}) }))).then((all) => {
    ms = performance.now() - startedAt;
    return all;
  });
  await vi.runAllTimersAsync();
  return { ...(await found), ms };
};

test.each(['unreachable', 'overloaded', 'rate_limited'] as const)(
  '%s is tried again, twice, later each time',
  async (code) => {
    const brain = turnBrain('a', fails(code), fails(code), replies('yes'));
    const { text, ms, end } = await run(brain);
    expect([text, brain.asked, ms]).toEqual(['yes', 3, 750]);
    expect(end).toMatchObject({ firstTokenMs: END.firstTokenMs + 750, totalMs: END.totalMs + 750 });
  },
);

test('the third failure is told', async () => {
  const brain = turnBrain('a', fails('unreachable'));
  expect((await run(brain)).error).toMatchObject({ code: 'unreachable' });
  expect(brain.asked).toBe(3);
});

test.each(['unauthorized', 'context_exceeded', 'refused', 'malformed', 'timed_out', 'cut_off'] as const)(
  '%s is not tried again',
  async (code) => {
    const brain = turnBrain('a', fails(code), replies('yes'));
    expect((await run(brain)).error).toMatchObject({ code });
    expect(brain.asked).toBe(1);
  },
);

test('nothing is tried again once a part of the reply was heard', async () => {
  const brain = turnBrain('a', fails('overloaded', undefined, 'half'), replies('yes'));
  const { text, error } = await run(brain);
  expect([text, error, brain.asked]).toEqual(['half', expect.objectContaining({ code: 'overloaded' }), 1]);
});

test('a server is left alone for as long as it asks', async () => {
  const brain = turnBrain('a', fails('rate_limited', 1500), replies('yes'));
  expect(await run(brain)).toMatchObject({ text: 'yes', ms: 1500 });
});

test('what takes longer than two seconds in all is handed on, with the time', async () => {
  const far = turnBrain('a', fails('rate_limited', 30_000), replies('yes'));
  expect(await run(far)).toMatchObject({ error: { code: 'rate_limited', retryAfterMs: 30_000 }, ms: 0 });
  const twice = turnBrain('a', fails('overloaded', 1500), fails('overloaded', 1500), replies('yes'));
  expect(await run(twice)).toMatchObject({ error: { retryAfterMs: 1500 }, ms: 1500 });
});

test('workers with other seeds come back at other times', async () => {
  const times = new Set<number>();
  for (const seed of [0, 100, 511]) {
    const startedAt = performance.now();
    const all = collect(retrying(turnBrain('a', fails('overloaded'), replies('yes'))).stream(ask({ seed })));
    await vi.runAllTimersAsync();
    await all;
    times.add(performance.now() - startedAt);
  }
  expect(times.size).toBe(3);
});

test('an abort ends the waiting', async () => {
  const brain = turnBrain('a', fails('overloaded', 1900), hangs);
  const controller = new AbortController();
  const found = collect(retrying(brain).stream(ask({ signal: controller.signal })));
  await vi.advanceTimersByTimeAsync(100);
  controller.abort();
  expect((await found).end?.finish).toBe('aborted');
  expect(vi.getTimerCount()).toBe(0);
});
