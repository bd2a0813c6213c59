/** Orders that change how a run goes on, whenever they come. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BrainName,
  DEFAULT_POLICY,
  inEffect,
  type KernelEvent,
  type OperatorCommand,
  type Policy,
  policyValue,
  type SETTABLE,
  stateHash,
  transition,
} from '../../src/kernel/index.ts';
import { runs } from '../helpers/fc.ts';
import { goTo, Machine, map, reply, write } from './machine.ts';
import { anyOrder, moves, options, playMoves } from './moves.ts';

const kinds = (events: readonly KernelEvent[]): string[] => events.map(({ kind }) => kind);
const ignored = (events: readonly KernelEvent[]): string | undefined =>
  events.find((event) => event.kind === 'input.ignored')?.why;
const set = (field: (typeof SETTABLE)[number], value: number | number[] | 'max' | null): OperatorCommand => ({
  command: 'set',
  changes: [{ field, value }],
});
const stuck = reply(goTo('h4'));

describe('set', () => {
  it('takes effect at the next decision, and is journalled with before and after', () => {
    const machine = new Machine();
    const [changed] = machine.command(set('traps.THRASH_ROUTE.same', 2));
    expect(changed).toEqual({
      kind: 'policy.changed',
      changes: [{ field: 'traps.THRASH_ROUTE.same', before: 4, after: 2 }],
    });
    machine.answer(stuck);
    machine.answer(stuck);
    machine.answer(stuck);
    expect(machine.traps).toEqual(['THRASH_ROUTE@3']);
  });

  it('turns a rule off and on again, with the default of what it does not name', () => {
    const machine = new Machine();
    machine.command(set('traps.THRASH_ROUTE', null));
    expect(machine.state.policy.traps.THRASH_ROUTE).toBeUndefined();
    machine.command(set('traps.THRASH_ROUTE.same', 3));
    expect(machine.state.policy.traps.THRASH_ROUTE).toEqual({ phase: 'loop', same: 3, stall: 6 });
  });

  it('refuses what would be no policy, and what is so already', () => {
    const machine = new Machine();
    expect(ignored(machine.command(set('workers.aheadBy', 99)))).toContain('no policy: workers: aheadBy is more than');
    expect(ignored(machine.command(set('streak', null)))).toContain('no policy: streak');
    expect(ignored(machine.command(set('streak', 4)))).toBe('the policy is so already');
    expect(machine.state.policy).toEqual(DEFAULT_POLICY);
  });

  it('lets more workers come at once, and decides what a smaller lead decides', () => {
    const machine = new Machine({ policy: { workers: { pool: 1, aheadBy: 2, ballots: 9 } } });
    machine.answer(reply(map('one', 'two')));
    expect(Object.keys(machine.state.procs)).toHaveLength(2);
    const events = machine.command(set('workers.pool', 4));
    expect(events.filter(({ kind }) => kind === 'process.spawned')).toHaveLength(3);
  });

  it('gives the planner its new temperature at once', () => {
    const machine = new Machine();
    machine.command(set('temperatures.planner', 500));
    machine.answer(stuck);
    expect(machine.untilAsked()).toMatchObject({ temperature: 500 });
  });
});

describe('pardon', () => {
  it('clears thrash counters and streak, and is no progress', () => {
    const machine = new Machine();
    for (let i = 0; i < 3; i += 1) machine.answer(stuck);
    const before = machine.state.procs[1];
    expect(kinds(machine.command({ command: 'pardon', pid: 1 }))).toEqual(['thrash.pardoned']);
    const after = machine.state.procs[1];
    expect(after?.loops.route).toEqual([]);
    expect([after?.progressTick, after?.looks]).toEqual([before?.progressTick, before?.looks]);
    for (let i = 0; i < 3; i += 1) machine.answer(stuck);
    expect(machine.traps).toEqual([]);
    machine.answer(stuck);
    expect(machine.traps).toHaveLength(1);
  });

  it('has nothing to forget of who has done nothing wrong', () => {
    expect(ignored(new Machine().command({ command: 'pardon', pid: 1 }))).toContain('nothing is counted');
  });
});

describe('grant', () => {
  it('gives a command as the task has it, and no other', () => {
    const machine = new Machine();
    machine.command({ command: 'revoke', pid: 1, handle: 'h3' });
    const [issued] = machine.command({ command: 'grant', pid: 1, rights: 'x', target: 'run' });
    expect(issued).toMatchObject({ cap: { handle: 'h5', rights: 'x', argv: ['run'], more: true } });
    expect(ignored(machine.command({ command: 'grant', pid: 1, rights: 'x', target: 'rm' }))).toBe(
      'the task has no command rm; it has run',
    );
  });
});

describe('swap', () => {
  const brain: BrainName = { name: 'other', digest: 'd', simulated: false, price: { in: 1000, out: 2000 } };
  const swap = { command: 'swap', role: 'planner', profile: 'mine', brain, seat: '{}' } as const;

  it('is kept with all that makes the brain again; what is in flight stays in flight', () => {
    const machine = new Machine();
    const open = machine.state.procs[1]?.dispatch?.open;
    expect(machine.command(swap)).toEqual([
      { kind: 'brain.swapped', role: 'planner', profile: 'mine', brain, seat: '{}' },
    ]);
    expect(machine.state.procs[1]?.dispatch?.open).toEqual(open);
    expect(machine.state.brains?.planner).toEqual({ ...brain, profile: 'mine', seat: '{}' });
    expect(ignored(machine.command(swap))).toBe('the planner is other already');
    expect(ignored(machine.command({ command: 'swap', role: 'worker', profile: 'mine' }))).toContain(
      'nobody has opened',
    );
  });

  it('brings its price along', () => {
    const machine = new Machine();
    machine.answer(stuck);
    expect(machine.state.cost).toBeUndefined();
    machine.command(swap);
    machine.answer(stuck);
    // 1 token in and 1 out, in billionths of a dollar.
    expect(machine.state.cost).toBe(3);
  });
});

describe('limits', () => {
  it('wall time ends a run where the policy of that moment says so', () => {
    const machine = new Machine({ policy: { limits: { ...DEFAULT_POLICY.limits, wallMs: 60_000 } } });
    const passed = { kind: 'limit.passed', limit: 'wallMs', spentMs: 60_000 } as const;
    machine.command(set('limits.wallMs', 90_000));
    expect(ignored(machine.feed(passed))).toBe('the limit of wall time is 90000 ms');
    expect(machine.feed({ ...passed, spentMs: 90_001 })[0]).toMatchObject({
      kind: 'run.ended',
      outcome: 'limit',
      reason: 'wall time limit 1m30s reached',
    });
  });

  it('cost ends a run at the next dispatch', () => {
    const machine = new Machine({ policy: { limits: { ...DEFAULT_POLICY.limits, cost: 5 } } });
    const brain = { name: 'dear', digest: '', simulated: false, price: { in: 2_000_000, out: 2_000_000 } };
    machine.command({ command: 'swap', role: 'planner', profile: 'dear', brain, seat: '{}' });
    machine.play(() => stuck);
    expect(machine.of('run.ended')[0]).toMatchObject({ outcome: 'limit', reason: 'cost limit $0.000005 reached' });
  });
});

describe('pausing by itself', () => {
  const on = (pauseOn: Policy['pauseOn']): Machine => new Machine({ policy: { pauseOn } });

  it('at thrash, before anything else is dispatched, with the reason', () => {
    const machine = on({ thrash: 1 });
    machine.play(() => (machine.state.phase === 'paused' ? undefined : stuck));
    expect(machine.of('run.paused')).toEqual([{ kind: 'run.paused', why: 'thrash: THRASH_ROUTE' }]);
    expect(machine.state.pausedWhy).toBe('thrash: THRASH_ROUTE');
    expect(machine.of('route.dispatched')).toHaveLength(machine.of('trap.raised')[0]?.tick ?? 0);
    machine.command({ command: 'unpause' });
    expect(machine.state.pausedWhy).toBeUndefined();
    expect(machine.state.phase).toBe('active');
  });

  it('at the panic resets that leave little, and at each so many denials', () => {
    const panic = on({ panic: 1 });
    panic.play(() => (panic.state.phase === 'paused' ? undefined : 'no json'));
    expect(panic.state).toMatchObject({ panicLeft: 1, pausedWhy: 'panic<=1: 1 left' });
    const denied = on({ denied: 2 });
    const ask = reply(write('x', 'replace', 'h9'));
    denied.play(() => (denied.state.phase === 'paused' ? undefined : ask));
    expect(denied.of('capability.denied')).toHaveLength(2);
    denied.command({ command: 'unpause' });
    denied.play(() => (denied.state.phase === 'paused' ? undefined : ask));
    expect(denied.of('capability.denied')).toHaveLength(4);
  });

  it('never where the policy does not ask for it, and then leaves no trace in the state', () => {
    const machine = new Machine().play((ask) => (ask.tick > 30 ? undefined : stuck));
    expect(machine.of('run.paused')).toEqual([]);
    expect(machine.state.troubles).toBeUndefined();
  });
});

describe('orders at any time', () => {
  const check = <T>(property: fc.IProperty<T>): void => fc.assert(property, { numRuns: runs });

  it('with an id are done once: given again, whenever, they change nothing but say so', () => {
    check(
      fc.property(moves, options, anyOrder, fc.nat(20), fc.nat(20), (list, given, order, at, later) => {
        const input = { kind: 'operator.commanded', by: 'test', reason: '', id: 'x', order } as const;
        let count = 0;
        playMoves(list, given, (machine) => {
          count += 1;
          if (count === at) machine.feed(input);
          // A branch has orders of its own.
          const taken = machine.state.orders?.some(({ id }) => id === 'x') === true;
          if (!taken || machine.state.phase === 'ended' || count !== at + later) return;
          const again = transition(machine.state, input);
          expect(again.events).toEqual([{ kind: 'order.repeated', id: 'x' }]);
          expect(stateHash(again.state)).toBe(stateHash(machine.state));
        });
      }),
    );
  });

  it('that are in effect are ignored, and what was ordered is in effect after', () => {
    check(
      fc.property(moves, options, anyOrder, (list, given, order) => {
        const { state } = playMoves(list, given);
        if (state.phase === 'ended') return;
        const after = transition(state, { kind: 'operator.commanded', by: 'test', reason: '', order });
        if (inEffect(state, order)) {
          expect(kinds(after.events)).toEqual(['input.ignored']);
          expect(stateHash(after.state)).toBe(stateHash(state));
        } else if (ignored(after.events) === undefined && ['set', 'grant', 'swap', 'pardon'].includes(order.command)) {
          expect(inEffect(after.state, order) || after.state.phase === 'ended').toBe(true);
        }
      }),
    );
  });

  it('leave a policy that is one, and whose fields are what was journalled', () => {
    check(
      fc.property(moves, options, fc.array(anyOrder, { maxLength: 8 }), (list, given, orders) => {
        const machine = playMoves(list, given);
        for (const order of orders) {
          for (const event of machine.command(order)) {
            if (event.kind !== 'policy.changed') continue;
            for (const { field, after } of event.changes) {
              expect(policyValue(machine.state.policy, field)).toEqual(after);
            }
          }
        }
      }),
    );
  });
});
