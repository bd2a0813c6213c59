/** How a branch begins: what it takes over, what is asked for anew, what an override changes. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, initialState, parseState, transition, waiting } from '../../src/kernel/index.ts';
import { exec, goTo, Machine, map, reply, write } from './machine.ts';

/** The machine right after a brain was asked. */
const asked = (machine = new Machine()): Machine => {
  machine.answer(reply(goTo('h4')));
  machine.untilAsked();
  return machine;
};

describe('a branch', () => {
  it('asks anew for what is in flight, under the same numbers', () => {
    const machine = asked();
    const before = machine.state;
    const request = machine.pending[0];
    const events = machine.fork();
    expect(events).toMatchObject([{ kind: 'run.branched', seed: 7, panicLeft: 3 }, request]);
    expect(machine.state).toEqual(before);
  });

  it('goes on, though its origin was paused', () => {
    const machine = asked();
    machine.command({ command: 'pause' });
    machine.fork();
    expect(machine.state).toMatchObject({ phase: 'active', steps: 0 });
  });

  it('does not count a wait twice against the outage limit', () => {
    const machine = new Machine();
    machine.answer({ error: 'unreachable' });
    const { outage } = machine.state.procs[1] ?? {};
    const events = machine.fork();
    expect(events.at(-1)).toMatchObject({ kind: 'process.blocked', waitMs: 1000, attempt: 1 });
    expect(machine.state.procs[1]).toMatchObject({ state: 'blocked', outage: outage ?? {} });
  });

  it('strikes what was to be struck, once more', () => {
    const machine = asked();
    machine.command({ command: 'inject', fault: { fault: 'brain.cut', target: 'any', times: 1 } });
    expect(machine.events.at(-1)).toMatchObject({ kind: 'fault.requested', id: 1 });
    const before = machine.state;
    expect(machine.fork().map(({ kind }) => kind)).toEqual(['run.branched', 'brain.requested', 'fault.requested']);
    expect(machine.state).toEqual(before);
  });

  it('keeps maps, votes and workers', () => {
    const machine = new Machine();
    machine.answer(reply(map('a', 'b')));
    const before = machine.state;
    machine.fork();
    expect(Object.keys(machine.state.maps)).toEqual(['m1']);
    expect(machine.state).toEqual(before);
  });

  it('draws from its own seed, from the requests in flight on', () => {
    const machine = asked();
    const { seed } = machine.pending[0] as { seed: number };
    const events = machine.fork({ seed: 8 });
    expect(events.at(-1)).toMatchObject({ kind: 'brain.requested' });
    expect((events.at(-1) as { seed: number }).seed).not.toBe(seed);
    expect(machine.state.seed).toBe(8);
  });

  it('composes anew under another policy, and moves the panic budget by the difference', () => {
    const machine = asked();
    const policy = { ...DEFAULT_POLICY, panicBudget: 1, frame: { limit: 2048, pageTokens: 8 } };
    const events = machine.fork({ policy });
    expect(events.map(({ kind }) => kind)).toEqual(['run.branched', 'observe.requested']);
    expect(machine.state).toMatchObject({ panicLeft: 1, policy });
    machine.untilAsked();
    expect(machine.of('frame.composed').at(-1)).toMatchObject({ limit: 2048, tick: 2 });
  });

  it('takes other faults in place of those that were armed; a request loses the one it carried', () => {
    const machine = new Machine();
    machine.command({ command: 'inject', fault: { fault: 'write.denied', target: 'any', times: 2 } });
    machine.answer(reply(write('x')));
    expect(machine.pending[0]).toMatchObject({ kind: 'op.requested', fault: { id: 1 } });
    const events = machine.fork({ chaos: [{ fault: 'cap.revoked', target: 'planner', times: 1 }] });
    expect(events).toMatchObject([{ kind: 'run.branched' }, { kind: 'fault.armed', id: 2 }, { kind: 'op.requested' }]);
    expect(events.at(-1)).not.toHaveProperty('fault');
    expect(machine.state.faults.map(({ id }) => id)).toEqual([2]);
    expect(waiting(machine.state)[0]?.open.fault).toBe(0);
  });

  it('of a branch is one like any other', () => {
    const machine = asked();
    machine.fork();
    machine.answer(reply(exec('test')));
    const before = machine.state;
    machine.fork();
    expect(machine.state).toEqual(before);
  });
});

describe('no branch', () => {
  const refused = (change: object, machine = asked()): string | undefined => {
    const events = machine.fork(change);
    const [only] = events;
    return only?.kind === 'input.ignored' && events.length === 1 ? only.why : undefined;
  };

  it('without a state that can be read, or of a run that is over', () => {
    expect(refused({ state: '{' })).toBe('the state of its origin cannot be read');
    expect(refused({ state: '3' })).toBe('the state of its origin cannot be read');
    expect(refused({ state: JSON.stringify({ ...initialState, phase: 'ended' }) })).toBe(
      'its origin was not under way',
    );
  });

  it('in the midst of a run', () => {
    const machine = asked();
    const before = machine.state;
    machine.fork();
    const { state, events } = transition(before, machine.inputs[0] as never);
    expect(events).toEqual([{ kind: 'input.ignored', input: 'run.forked', why: 'the run has started already' }]);
    expect(state).toBe(before);
  });
});

describe('a state as text', () => {
  it('reads back as it was', () => {
    const { state } = asked();
    expect(parseState(JSON.stringify(state))).toEqual(state);
    for (const text of ['', 'null', '[]', '{}', '{"procs":{}}']) expect(parseState(text)).toBeUndefined();
  });
});
