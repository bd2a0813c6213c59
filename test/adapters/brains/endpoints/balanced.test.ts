import { describe, expect, test } from 'vitest';
import { createBalancedBrain } from '../../../../src/adapters/brains/endpoints/balanced.ts';
import type { BrainError } from '../../../../src/runtime/ports.ts';
import { ask, collect } from '../../streams.ts';
import { fails, hangs, replies, turnBrain } from './turns.ts';

/** A clock that a test moves. */
const clock = () => {
  const time = { ms: 0, now: () => time.ms };
  return time;
};
const textOf = async (brain: ReturnType<typeof createBalancedBrain>): Promise<string> =>
  (await collect(brain.stream(ask()))).text;
const errorOf = async (brain: ReturnType<typeof createBalancedBrain>): Promise<BrainError> =>
  (await collect(brain.stream(ask()))).error as BrainError;

describe('who is asked', () => {
  test('each in turn', async () => {
    const brain = createBalancedBrain([turnBrain('a', replies('a')), turnBrain('b', replies('b'))]);
    expect([await textOf(brain), await textOf(brain), await textOf(brain)]).toEqual(['a', 'b', 'a']);
  });

  test('the one with the fewest in flight', async () => {
    const [a, b] = [turnBrain('a', hangs), turnBrain('b', replies('b'))];
    const brain = createBalancedBrain([a, b]);
    const controller = new AbortController();
    const first = collect(brain.stream(ask({ signal: controller.signal })));
    expect([await textOf(brain), await textOf(brain), await textOf(brain)]).toEqual(['b', 'b', 'b']);
    controller.abort();
    expect((await first).end?.finish).toBe('aborted');
    expect([a.asked, b.asked]).toEqual([1, 3]);
  });

  test('one name for one model', () => {
    const same = createBalancedBrain([turnBrain('m', replies('')), turnBrain('m', replies(''))]);
    expect([same.name, same.digest]).toEqual(['m', 'digest of m']);
  });
});

describe('one that fails', () => {
  test.each(['unreachable', 'unauthorized', 'rate_limited', 'overloaded', 'timed_out'] as const)(
    'another is asked: %s',
    async (code) => {
      const brain = createBalancedBrain([turnBrain('a', fails(code)), turnBrain('b', replies('b'))]);
      expect(await textOf(brain)).toBe('b');
    },
  );

  test('not where a part of the reply was heard, nor where it is the model that fails', async () => {
    for (const turn of [fails('cut_off', undefined, 'half'), fails('refused'), fails('context_exceeded')]) {
      const b = turnBrain('b', replies('b'));
      expect(await errorOf(createBalancedBrain([turnBrain('a', turn), b]))).toBeInstanceOf(Error);
      expect(b.asked).toBe(0);
    }
  });

  test('where all fail, the last error counts, each asked once', async () => {
    const [a, b] = [turnBrain('a', fails('unreachable')), turnBrain('b', fails('overloaded'))];
    expect(await errorOf(createBalancedBrain([a, b]))).toMatchObject({ code: 'overloaded', retryAfterMs: undefined });
    expect([a.asked, b.asked]).toEqual([1, 1]);
  });
});

describe('the circuit breaker', () => {
  test('three failures in a row open it for five seconds, then one request tries', async () => {
    const time = clock();
    const a = turnBrain('a', fails('cut_off'), fails('cut_off'), fails('cut_off'), hangs, replies('a'));
    const brain = createBalancedBrain([a], time.now);
    for (let i = 0; i < 3; i += 1) expect((await errorOf(brain)).code).toBe('cut_off');
    expect(await errorOf(brain)).toMatchObject({ code: 'overloaded', retryAfterMs: 5000 });
    expect(a.asked).toBe(3);
    time.ms = 5000;
    const controller = new AbortController();
    const trial = collect(brain.stream(ask({ signal: controller.signal })));
    // While the trial is out, nobody else is let through, and nobody knows for how long.
    expect(await errorOf(brain)).toMatchObject({ code: 'overloaded', retryAfterMs: undefined });
    controller.abort();
    await trial;
    // It told nothing of the endpoint; the next one is the trial, and closes it.
    expect([await textOf(brain), await textOf(brain)]).toEqual(['a', 'a']);
  });

  test('a trial that fails doubles the rest, up to a minute', async () => {
    const time = clock();
    const brain = createBalancedBrain([turnBrain('a', fails('unreachable'))], time.now);
    for (let i = 0; i < 2; i += 1) await errorOf(brain);
    const rests: (number | undefined)[] = [];
    for (let i = 0; i < 6; i += 1) {
      const { retryAfterMs } = await errorOf(brain);
      rests.push(retryAfterMs);
      time.ms += retryAfterMs ?? 0;
    }
    expect(rests).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('a success in between starts the count anew', async () => {
    const a = turnBrain(
      'a',
      fails('cut_off'),
      fails('cut_off'),
      replies('a'),
      fails('cut_off'),
      fails('cut_off'),
      replies('a'),
    );
    const brain = createBalancedBrain([a]);
    for (let i = 0; i < 6; i += 1) await collect(brain.stream(ask()));
    expect(a.asked).toBe(6);
  });

  test('the model failing speaks for the endpoint', async () => {
    const a = turnBrain('a', fails('cut_off'), fails('cut_off'), fails('refused'), fails('cut_off'), replies('a'));
    const brain = createBalancedBrain([a]);
    for (let i = 0; i < 4; i += 1) await errorOf(brain);
    expect(await textOf(brain)).toBe('a');
  });

  test.each(['unauthorized', 'rate_limited'] as const)('%s opens it at once', async (code) => {
    const [a, b] = [turnBrain('a', fails(code)), turnBrain('b', replies('b'))];
    const brain = createBalancedBrain([a, b]);
    for (let i = 0; i < 4; i += 1) expect(await textOf(brain)).toBe('b');
    expect(a.asked).toBe(1);
  });

  test('it rests for as long as the server asks', async () => {
    const time = clock();
    const a = turnBrain('a', fails('rate_limited', 30_000), replies('a'));
    const brain = createBalancedBrain([a], time.now);
    expect(await errorOf(brain)).toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
    time.ms = 29_999;
    expect(await errorOf(brain)).toMatchObject({ retryAfterMs: 1 });
    time.ms = 30_000;
    expect(await textOf(brain)).toBe('a');
  });

  test('requests that were under way when it opened are the same failure', async () => {
    const time = clock();
    const open: (() => void)[] = [];
    const late = async function* () {
      await new Promise<void>((resolve) => open.push(resolve));
      yield* fails('unreachable')(ask());
    };
    const brain = createBalancedBrain([turnBrain('a', late)], time.now);
    const all = [1, 2, 3, 4, 5].map(() => errorOf(brain));
    for (const fail of open) fail();
    await Promise.all(all);
    expect(await errorOf(brain)).toMatchObject({ retryAfterMs: 5000 });
  });
});
