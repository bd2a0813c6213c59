/** Streaks: a worker is retired, the root is reset and at last dies. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { goTo, halt, Machine, map, reply, write } from './machine.ts';

const GARBAGE = 'no';

describe('the root', () => {
  it('takes a panic reset at the fourth trap in a row: stack cleared, d home, one unit spent', () => {
    const machine = new Machine();
    machine.answer(reply(goTo('h4'), 'q', [{ op: 'SYS_PUSH', text: 'plan' }]));
    for (let n = 0; n < 3; n += 1) machine.answer(GARBAGE);
    machine.untilAsked();
    expect(machine.state.procs[1]).toMatchObject({ streak: 3, d: { cap: 'h4' }, stack: ['plan'] });
    machine.answer(GARBAGE);
    expect(machine.of('panic.spent')).toMatchObject([{ tick: 5, left: 2, why: 'CPU_FAULT, 4 traps in a row' }]);
    expect(machine.state.procs[1]).toMatchObject({ streak: 0, d: { view: 'sys://task' }, stack: [] });
  });

  it('dies with the trace kept when the budget is spent: four traps for each unit, and four more', () => {
    const machine = new Machine().play(() => GARBAGE);
    expect(machine.of('trap.raised')).toHaveLength(16);
    expect(machine.of('panic.spent').map((event) => event.left)).toEqual([2, 1, 0]);
    expect(machine.of('run.ended')).toMatchObject([{ outcome: 'dead', reason: 'panic_budget_exhausted', ticks: 16 }]);
  });

  it('is not reset where progress comes between; a first look is not enough', () => {
    const spent = (between: string): number => {
      const machine = new Machine();
      for (const text of [GARBAGE, GARBAGE, between, GARBAGE, GARBAGE]) machine.answer(text);
      return machine.of('panic.spent').length;
    };
    expect(spent(reply(write('progress')))).toBe(0);
    expect(spent(reply(goTo('h4')))).toBe(1);
  });

  it('lives on with a grant', () => {
    const machine = new Machine({ policy: { panicBudget: 0 } });
    machine.command({ command: 'grant_panic', units: 1 });
    for (let n = 0; n < 4; n += 1) machine.answer(GARBAGE);
    expect(machine.state).toMatchObject({ phase: 'active', panicLeft: 0 });
  });
});

describe('a worker', () => {
  const forked = (): Machine => {
    const machine = new Machine({ policy: { workers: { pool: 1, aheadBy: 1, ballots: 3 } } });
    machine.answer(reply(map('add')));
    return machine;
  };

  it('is retired after three red flags, casts no vote and is replaced within the ballots', () => {
    const machine = forked();
    for (let n = 0; n < 3; n += 1) machine.answer(GARBAGE);
    expect(machine.of('process.ended')).toMatchObject([{ pid: 2, as: 'retired', why: '3 red flags' }]);
    machine.answer(reply(halt('7')));
    expect(machine.of('map.joined')).toMatchObject([{ results: ['7'] }]);
    expect(machine.of('panic.spent')).toEqual([]);
  });

  it('is retired after four traps in a row that are no flags', () => {
    const machine = forked();
    for (let n = 0; n < 4; n += 1) machine.answer({ error: 'timed_out' });
    expect(machine.of('process.ended')).toMatchObject([{ pid: 2, as: 'retired', why: '4 traps in a row' }]);
  });

  it('leaves NO_CONSENSUS where no ballot is left', () => {
    const machine = forked();
    for (let n = 0; n < 9; n += 1) machine.answer(GARBAGE);
    expect(machine.of('process.spawned').filter((event) => event.role === 'worker')).toHaveLength(3);
    expect(machine.untilAsked()?.frame).toContain('[map] m1 1=NO_CONSENSUS');
  });
});

it('a brain is asked warmer after each trap in a row, up to the limit', () => {
  const machine = new Machine();
  for (let n = 0; n < 3; n += 1) machine.answer(GARBAGE);
  machine.untilAsked();
  expect(machine.of('brain.requested').map((event) => event.temperature)).toEqual([0, 300, 600, 900]);
  const { perTrap: _, ...temperatures } = DEFAULT_POLICY.temperatures;
  const cool = new Machine({ policy: { temperatures } });
  cool.answer(GARBAGE);
  cool.untilAsked();
  expect(cool.of('brain.requested').map((event) => event.temperature)).toEqual([0, 0]);
});
