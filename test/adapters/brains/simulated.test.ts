import { describe, expect, it } from 'vitest';
import type { SimRates } from '../../../src/adapters/brains/sim-errors.ts';
import { createSimulatedBrain, simulate } from '../../../src/adapters/brains/simulated.ts';
import { loadTask } from '../../../src/adapters/tasks/index.ts';
import { Reply } from '../../../src/kernel/syscalls.ts';
import { drive, ofKind } from '../drive.ts';
import { ask, collect } from '../streams.ts';

const WORKER = '[role] worker of map m1, step 1 of 1\n[task] add 12 and 34\n[hold]\nh1 r rows/\n[at] h1\n';
const PLANNER = '[role] planner\n[task] Write the line "x" into A.txt.\n[hold]\nh1 rw A.txt\n[at] h1\n';

/** How many of 2,000 seeds give a reply that is judged so. */
const share = (frame: string, rates: SimRates, judge: (text: string, cut: boolean) => boolean): number => {
  let count = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const { text, cut } = simulate(frame, seed, rates);
    if (judge(text, cut)) count += 1;
  }
  return count / 2;
};
const valid = (text: string): boolean => {
  try {
    return Reply.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
};

describe('simulated brain', () => {
  it.each([['hello'], ['ledger-3'], ['ledger-12'], ['ledger-40']])('passes %s without a trap', async (name) => {
    const { state, events } = await drive(loadTask(name, 11), 11);
    expect(state.outcome).toBe('passed');
    expect(ofKind(events, 'trap.raised')).toEqual([]);
    expect(ofKind(events, 'capability.denied')).toEqual([]);
  });

  it('passes with errors, too, after traps', async () => {
    const rates = { schema: 60, badHandle: 60, thrash: 60, slip: 60, cut: 60 };
    const { state, events } = await drive(loadTask('ledger-12', 3), 3, rates);
    expect(state.outcome).toBe('passed');
    const codes = new Set(ofKind(events, 'trap.raised').map(({ code }) => code));
    expect(codes).toContain('CPU_FAULT');
    expect(codes).toContain('EACCES');
  });

  it('breaks no rule of its own accord, not even after a panic reset', async () => {
    let resets = 0;
    for (let seed = 0; seed < 6; seed++) {
      const { events } = await drive(loadTask('ledger-6', seed), seed, { schema: 450 });
      resets += ofKind(events, 'panic.spent').length;
      const codes = ofKind(events, 'trap.raised').map(({ code }) => code);
      expect(codes.filter((code) => code !== 'CPU_FAULT')).toEqual([]);
    }
    expect(resets).toBeGreaterThan(0);
  });

  it('dies of thrashing that does not end', async () => {
    const { state, events } = await drive(loadTask('ledger-3', 3), 3, { thrash: 1000 });
    expect(state.outcome).toBe('dead');
    expect(ofKind(events, 'trap.raised').map(({ code }) => code)).toContain('THRASH_ROUTE');
    expect(ofKind(events, 'op.requested')).toEqual([]);
  });

  it('errs as often as it is told to, and in the way that it is told', () => {
    const near = (count: number, rate: number) => expect(Math.abs(count - rate)).toBeLessThan(30);
    near(
      share(WORKER, { schema: 200 }, (text) => !valid(text)),
      200,
    );
    near(
      share(WORKER, { slip: 200 }, (text) => valid(text) && !text.includes('"result":"46"')),
      200,
    );
    near(
      share(PLANNER, { badHandle: 200 }, (text) => /"cap":"(h9|vfd:\/\/rw\/A\.txt)"/.test(text)),
      200,
    );
    near(
      share(PLANNER, { thrash: 200 }, (text) => text === '{"q":"","mind":[],"world":{"op":"SYS_GOTO","cap":"h1"}}'),
      200,
    );
    near(
      share(PLANNER, { cut: 200 }, (text, cut) => cut && !valid(text)),
      200,
    );
    near(
      share(WORKER, { schema: 100, slip: 100 }, (text) => valid(text) && text.includes('"result":"46"')),
      800,
    );
  });

  it('says the same to the same request, in several deltas', async () => {
    const brain = createSimulatedBrain({ rates: { schema: 300, slip: 300 } });
    expect(brain).toMatchObject({ name: 'SIM', simulated: true });
    for (let seed = 0; seed < 20; seed++) {
      const first = await collect(brain.stream(ask({ frame: WORKER, seed })));
      expect(await collect(brain.stream(ask({ frame: WORKER, seed })))).toEqual(first);
      expect(first.text).toBe(simulate(WORKER, seed, { schema: 300, slip: 300 }).text);
      expect(first.deltas.length).toBeGreaterThan(2);
      expect(first.deltas.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(first.end?.usage.tokensOut);
    }
  });

  it('stops at its token limit, at an abort, and where it is cut', async () => {
    const brain = createSimulatedBrain();
    const short = await collect(brain.stream(ask({ frame: WORKER, maxTokens: 5 })));
    expect(short).toMatchObject({ end: { finish: 'length', usage: { tokensOut: 5 } } });
    const aborted = await collect(brain.stream(ask({ frame: WORKER, signal: AbortSignal.abort() })));
    expect(aborted).toMatchObject({ text: '', end: { finish: 'aborted' } });
    const cut = await collect(createSimulatedBrain({ rates: { cut: 1000 } }).stream(ask({ frame: WORKER })));
    expect(cut.error).toMatchObject({ code: 'cut_off' });
    expect(simulate(WORKER, 1, {}).text.startsWith(cut.text)).toBe(true);
  });

  it.each([{ slip: -1 }, { slip: 0.5 }, { slip: 600, schema: 401 }])('refuses the rates %j', (rates) => {
    expect(() => createSimulatedBrain({ rates })).toThrow(RangeError);
  });

  it('is another brain under other rates', () => {
    const digests = [{}, { slip: 1 }, { cut: 1 }].map((rates) => createSimulatedBrain({ rates }).digest);
    expect(new Set(digests).size).toBe(3);
  });
});
