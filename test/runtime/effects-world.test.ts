/** K6 at the world's lane: an op that is called off has no effect, also where it was done a moment before. */
import { describe, expect, test } from 'vitest';
import { faultyWorld } from '../../src/adapters/chaos/faulty-world.ts';
import { createMemoryWorld } from '../../src/adapters/worlds/memory.ts';
import type { EventOf, KernelInput, WorldRequest } from '../../src/kernel/index.ts';
import { WorldEffects } from '../../src/runtime/effects-world.ts';

const request = (content: string, target = 'new/file'): WorldRequest => ({
  op: 'SYS_WRITE',
  target,
  mode: 'append',
  content,
});

const op = (req: number, of: WorldRequest): EventOf<'op.requested'> => ({
  kind: 'op.requested',
  req,
  pid: 1,
  tick: 1,
  request: of,
  worldHash: 'a'.repeat(64),
  pageSize: 1000,
  deadlineMs: 1000,
});

const lane = () => {
  const world = faultyWorld(createMemoryWorld({ old: 'text\n' }));
  const outcomes: KernelInput[] = [];
  const effects = new WorldEffects({
    world,
    grader: async () => ({ verdict: 'pass', words: '' }),
    blobs: { put: () => ({ sha256: 'b'.repeat(64) }), get: () => '' },
    outcome: (input) => outcomes.push(input),
    idle: () => {},
    failed: (error) => {
      throw error;
    },
  });
  const log = () => world.perform({ op: 'SYS_GIT_LOG', target: './', limit: 9 }, AbortSignal.timeout(1000));
  return { world, outcomes, effects, log };
};

describe('an op that is called off', () => {
  test('after it was done, before the kernel has heard of it, is undone', async () => {
    const { world, outcomes, effects, log } = lane();
    effects.perform(op(1, request('x', 'old')));
    await effects.settled();
    const [before, logged] = [await world.hash(), await log()];
    effects.perform(op(2, request('one')));
    await effects.settled();
    expect(outcomes.map((input) => 'req' in input && input.req)).toEqual([1, 2]);
    effects.abort(2);
    // What comes next does not meet it.
    effects.observe({
      kind: 'observe.requested',
      req: 3,
      pid: 1,
      tick: 1,
      look: { target: 'new/file', page: 1 },
      pageSize: 9,
    });
    await effects.settled();
    expect(outcomes.at(-1)).toMatchObject({ kind: 'world.observed', found: null, worldHash: before });
    expect(await log()).toEqual(logged);
    expect([...(await world.files()).keys()]).toEqual(['old']);
  });

  test('while it is under way is undone, and not fed back', async () => {
    const { world, outcomes, effects } = lane();
    const before = await world.hash();
    effects.perform(op(1, request('one', 'old')));
    effects.abort(1);
    await effects.settled();
    expect([outcomes, await world.hash()]).toEqual([[], before]);
  });

  test('that changed nothing leaves the write before it alone', async () => {
    const { world, effects } = lane();
    effects.perform(op(1, request('one')));
    effects.perform(op(2, { op: 'SYS_EXEC', argv: ['cat', 'old'] }));
    await effects.settled();
    const before = await world.hash();
    effects.abort(2);
    await effects.settled();
    expect(await world.hash()).toBe(before);
  });
});
