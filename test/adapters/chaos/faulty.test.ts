import { describe, expect, it } from 'vitest';
import { createSimulatedBrain } from '../../../src/adapters/brains/simulated.ts';
import { faultyBrain } from '../../../src/adapters/chaos/faulty-brain.ts';
import { faultyWorld } from '../../../src/adapters/chaos/faulty-world.ts';
import { createMemoryWorld } from '../../../src/adapters/worlds/memory.ts';
import type { WorldRequest } from '../../../src/kernel/records/events.ts';
import { BrainError } from '../../../src/runtime/ports.ts';
import { ask, collect, END, ScriptedBrain, said } from '../streams.ts';
import { log, worldConformance, write } from '../world-conformance.ts';

const CUT = { id: 4, fault: 'brain.cut' } as const;
const DENIED = { id: 7, fault: 'write.denied' } as const;
const HELLO = '[role] planner\n[task] Write the line "x" into A.txt.\n[hold]\nh1 rw A.txt\n[at] h1\n';

describe('brain.cut', () => {
  const brain = faultyBrain(createSimulatedBrain());

  it('cuts where the seed says, and says so', async () => {
    const whole = await collect(brain.stream(ask({ frame: HELLO })));
    expect(whole.end?.finish).toBe('stop');
    const lengths = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const cut = await collect(brain.stream(ask({ frame: HELLO, seed, fault: CUT })));
      expect(cut.error).toMatchObject({ code: 'cut_off', applied: 4 });
      expect(cut.end).toBeUndefined();
      expect(whole.text.startsWith(cut.text)).toBe(true);
      expect(cut.text).not.toBe('');
      expect(await collect(brain.stream(ask({ frame: HELLO, seed, fault: CUT })))).toEqual(cut);
      lengths.add(cut.text.length);
    }
    expect(lengths.size).toBeGreaterThan(10);
  });

  it('ends generation', async () => {
    const script = new ScriptedBrain([said('x'.repeat(200)), said('y'), END]);
    await collect(faultyBrain(script).stream(ask({ fault: CUT })));
    expect(script.taken).toBe(1);
    expect(script.requests[0]?.signal.aborted).toBe(true);
  });

  it('cuts a short reply at its end', async () => {
    const cut = await collect(faultyBrain(new ScriptedBrain([said('a'), END])).stream(ask({ fault: CUT })));
    expect(cut).toMatchObject({ text: 'a', error: { code: 'cut_off', applied: 4 } });
  });

  it('has not struck where the brain failed or was stopped before', async () => {
    const failing = faultyBrain(new ScriptedBrain([new BrainError('unreachable', 'gone')]));
    const failed = await collect(failing.stream(ask({ fault: CUT })));
    expect(failed.error).toMatchObject({ code: 'unreachable', applied: undefined });
    const stopped = await collect(brain.stream(ask({ frame: HELLO, fault: CUT, signal: AbortSignal.abort() })));
    expect(stopped).toMatchObject({ text: '', end: { finish: 'aborted' } });
  });

  it('leaves other faults alone', async () => {
    expect((await collect(brain.stream(ask({ frame: HELLO, fault: DENIED })))).end?.finish).toBe('stop');
  });
});

worldConformance('faulty memory', (files) => faultyWorld(createMemoryWorld(files)));

describe('write.denied', () => {
  const { signal } = new AbortController();

  it.each([
    ['replace', write('a', 'replace', '0123456789'.repeat(10))],
    ['append', write('a', 'append', '0123456789'.repeat(10))],
    ['patch', write('a', 'patch', '@@ -1 +1 @@\n-old\n+new\n')],
    ['a new file', write('new/b', 'replace', '0123456789')],
  ])('writes a part, restores all, fails: %s', async (_, request) => {
    const inner = createMemoryWorld({ a: 'old\n' });
    const written: WorldRequest[] = [];
    const perform = inner.perform;
    inner.perform = (each, ...more) => {
      written.push(each);
      return perform(each, ...more);
    };
    const world = faultyWorld(inner);
    const before = [await world.hash(), await world.files(), await world.perform(log(), signal)];
    const done = await world.perform(request, signal, DENIED);
    expect(done).toMatchObject({ ok: false, errno: 'EACCES', worldHash: before[0], timedOut: false, applied: 7 });
    expect([await world.hash(), await world.files(), await world.perform(log(), signal)]).toEqual(before);
    const part = written.filter(({ op }) => op === 'SYS_WRITE').at(-1);
    const whole = request.op === 'SYS_WRITE' ? request.content : '';
    expect(part).toMatchObject({ content: whole.slice(0, whole.length / 10) });
    expect(await world.perform(request, signal)).toMatchObject({ ok: true });
  });

  it('has not struck where the write fails by itself, nor anything but a write', async () => {
    const world = faultyWorld(createMemoryWorld({ a: 'old\n' }));
    const failed = await world.perform(write('a/b', 'replace', 'x'), signal, DENIED);
    expect(failed).toMatchObject({ errno: 'ENOTDIR' });
    expect(failed).not.toHaveProperty('applied');
    expect(await world.perform({ op: 'SYS_EXEC', argv: ['cat', 'a'] }, signal, DENIED)).toMatchObject({
      output: 'old\n',
    });
  });
});

describe('faults of commands', () => {
  const { signal } = new AbortController();
  const cat: WorldRequest = { op: 'SYS_EXEC', argv: ['cat', 'a'] };

  it('exec.timeout: the command ran, and everything that it did is put back', async () => {
    const inner = createMemoryWorld({ a: 'old\n' });
    let ran = 0;
    const perform = inner.perform;
    inner.perform = async (request, ...more) => {
      if (request.op === 'SYS_EXEC') ran += 1;
      await perform(write('a', 'append', 'left behind'), signal);
      return await perform(request, ...more);
    };
    const world = faultyWorld(inner);
    const before = [await world.hash(), await world.files()];
    const done = await world.perform(cat, signal, { id: 3, fault: 'exec.timeout' });
    expect(done).toEqual({
      ok: false,
      worldHash: before[0],
      errno: 'ETIMEDOUT',
      detail: 'cat: timed out',
      timedOut: true,
      applied: 3,
    });
    expect(ran).toBe(1);
    expect([await world.hash(), await world.files()]).toEqual(before);
  });

  it('log.flood: 50,000 characters come after what the command printed', async () => {
    const world = faultyWorld(createMemoryWorld({ a: 'old\n' }));
    const done = await world.perform(cat, signal, { id: 3, fault: 'log.flood' });
    expect(done).toMatchObject({ ok: true, exit: 0, applied: 3 });
    const output = done.ok ? done.output : '';
    expect(output.startsWith('old\n')).toBe(true);
    expect(output.length).toBe(50_000 + 'old\n'.length);
  });

  it('have not struck where the command fails by itself, nor anything but a command', async () => {
    const world = faultyWorld(createMemoryWorld({ a: 'old\n' }));
    for (const fault of ['exec.timeout', 'log.flood'] as const) {
      const aborted = await world.perform(cat, AbortSignal.abort(), { id: 3, fault });
      expect(aborted).not.toHaveProperty('applied');
      const written = await world.perform(write('a', 'append', 'x'), signal, { id: 3, fault });
      expect(written).not.toHaveProperty('applied');
    }
  });
});
