/** Which fault strikes what, and when: decided by seed and plan alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FaultKind, type FaultSpec, inEffect, type KernelEvent } from '../../src/kernel/index.ts';
import { DEFAULT_POLICY } from '../../src/kernel/policy.ts';
import { type Ask, exec, goTo, halt, Machine, map, reply, write } from './machine.ts';

const armed = (fault: FaultKind, more: Partial<FaultSpec> = { times: 1 }): FaultSpec => ({
  fault,
  target: 'any',
  ...more,
});
const faultOf = (event: KernelEvent): FaultKind | undefined =>
  'fault' in event && typeof event.fault === 'object' ? event.fault.fault : undefined;

describe('an order to disarm', () => {
  const inject = { command: 'inject', fault: armed('brain.garbage', { times: 3 }) } as const;
  const disarm = { command: 'disarm', fault: 1 } as const;
  const struck = (machine: Machine): boolean => {
    machine.answer(reply(write('x')));
    return machine.untilAsked()?.fault?.fault === 'brain.garbage';
  };

  it('takes a fault back: it is attached to nothing more', () => {
    const machine = new Machine();
    machine.command(inject);
    expect(machine.command(disarm)).toEqual([{ kind: 'fault.disarmed', id: 1 }]);
    expect(struck(machine)).toBe(false);
    const other = new Machine();
    other.command(inject);
    expect(struck(other)).toBe(true);
  });

  it('does nothing twice, and nothing where there is no such fault', () => {
    const machine = new Machine();
    machine.command(inject);
    expect(inEffect(machine.state, disarm)).toBe(false);
    machine.command(disarm);
    expect(inEffect(machine.state, disarm)).toBe(true);
    expect(machine.command(disarm)).toMatchObject([{ kind: 'input.ignored', why: 'fault 1 is disarmed already' }]);
    const unknown = { command: 'disarm', fault: 2 } as const;
    expect(machine.command(unknown)).toMatchObject([{ kind: 'input.ignored', why: 'there is no fault 2' }]);
    expect(inEffect(machine.state, unknown)).toBe(false);
  });

  it('leaves what is under way to strike, and tells of it', () => {
    const machine = new Machine();
    machine.command(inject);
    expect(struck(machine)).toBe(true);
    machine.command(disarm);
    expect(machine.state.faults).toMatchObject([{ id: 1, disarmed: true }]);
  });
});

describe('a rate', () => {
  /** Three workers that look and vote, one ballot each: who they are does not depend on who comes first. */
  const policy = { workers: { ...DEFAULT_POLICY.workers, aheadBy: 1 }, redFlags: 90, streak: 90, panicBudget: 0 };
  const script = (ask: Ask, n: number): string => {
    if (ask.role === 'planner') return reply(n === 1 ? map('a', 'b', 'c') : goTo('h4'));
    return reply(n < 6 ? goTo('h4') : halt('3'));
  };

  /** @returns what struck each process, by its own ticks */
  const played = (seed: number, chaos: FaultSpec[], order: readonly number[]): Record<string, string[]> => {
    const machine = new Machine({ seed, chaos, policy: { ...DEFAULT_POLICY, ...policy } });
    const own = new Map<number, number>();
    const struck: Record<string, string[]> = {};
    const note = (pid: number, what: string): void => {
      struck[pid] = [...(struck[pid] ?? []), what];
    };
    for (let step = 0; step < 60 && machine.pending.length > 0; step += 1) {
      const at = (order[step % order.length] ?? 0) % machine.pending.length;
      const [request] = machine.pending.splice(at, 1);
      machine.pending.unshift(request as KernelEvent);
      if (request?.kind !== 'brain.requested') {
        machine.pending.shift();
        machine.serve(request as KernelEvent);
        continue;
      }
      const n = (own.get(request.pid) ?? 0) + 1;
      own.set(request.pid, n);
      const fault = faultOf(request);
      if (fault !== undefined) note(request.pid, `${n} ${fault}`);
      machine.answer(script(request, n));
    }
    for (const event of machine.of('fault.staged')) note(event.pid, event.fault);
    return Object.fromEntries(Object.entries(struck).map(([pid, all]) => [pid, all.sort()]));
  };

  it('strikes the same requests whatever order answers come in, and others under another seed', () => {
    const chaos = [
      armed('brain.garbage', { target: 'worker', rate: 300 }),
      armed('clock.jump', { target: 'worker', rate: 200 }),
    ];
    const order = fc.array(fc.nat(5), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(1000), order, (seed, list) => {
        expect(played(seed, chaos, list)).toEqual(played(seed, chaos, [0]));
      }),
      { numRuns: 40 },
    );
    const seeds = Array.from({ length: 12 }, (_, seed) => JSON.stringify(played(seed, chaos, [0])));
    expect(new Set(seeds).size).toBeGreaterThan(8);
  });

  it('comes out, over many occasions', () => {
    let struck = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const machine = new Machine({ seed, chaos: [armed('write.denied', { rate: 250 })], policy: { panicBudget: 90 } });
      for (let n = 0; n < 25; n += 1) machine.answer(reply(write(`${n}`)));
      machine.untilAsked();
      struck += machine.of('op.requested').filter((event) => event.fault !== undefined).length;
    }
    expect(struck).toBeGreaterThan(200);
    expect(struck).toBeLessThan(300);
  });

  it('without a number it is never used up; with one it is', () => {
    const policy = { panicBudget: 90, streak: 90, traps: {} };
    const machine = new Machine({ policy, chaos: [armed('write.denied', { rate: 1000 })] });
    for (let n = 0; n < 9; n += 1) machine.answer(reply(write(`${n}`)));
    machine.untilAsked();
    expect(machine.of('fault.triggered')).toHaveLength(9);
    const counted = new Machine({ policy, chaos: [armed('write.denied', { rate: 1000, times: 2 })] });
    for (let n = 0; n < 4; n += 1) counted.answer(reply(write(`${n}`)));
    counted.untilAsked();
    expect(counted.of('fault.triggered')).toHaveLength(2);
  });

  it('is drawn anew when an endpoint is asked again', () => {
    const machine = new Machine({ seed: 3, chaos: [armed('brain.unreachable', { rate: 500 })] });
    for (let n = 0; n < 30 && machine.of('reply.accepted').length === 0; n += 1) machine.answer(reply(goTo('h4')));
    expect(machine.of('reply.accepted')).not.toEqual([]);
    expect(
      machine.of('brain.requested').every(({ fault }, i, all) => (fault === undefined) === (i === all.length - 1)),
    ).toBe(true);
  });
});

describe('a schedule', () => {
  it('begins with a tick of the run', () => {
    const machine = new Machine({ chaos: [armed('brain.garbage', { times: 2, schedule: { tick: 3 } })] });
    for (let n = 0; n < 6; n += 1) machine.answer(reply(write(`${n}`)));
    expect(machine.of('fault.triggered').map(({ tick }) => tick)).toEqual([3, 4]);
  });

  it.each([
    ['write.denied', write('x'), 'SYS_WRITE'],
    ['exec.timeout', exec('a'), 'SYS_EXEC'],
  ] as const)('begins with the n-th occasion of a process: %s', (fault, op, kind) => {
    const machine = new Machine({ chaos: [armed(fault, { times: 1, schedule: { nth: 3 } })] });
    for (const world of [goTo('h4'), op, goTo('h1'), op, op, op]) machine.answer(reply(world));
    machine.untilAsked();
    const ops = machine.of('op.requested').filter(({ request }) => request.op === kind);
    expect(ops.map((event) => event.fault !== undefined)).toEqual([false, false, true, false]);
  });

  it('counts the dispatches of a process where it strikes a brain, a handle or the machine', () => {
    const schedule = { nth: 2 };
    const chaos = [armed('brain.garbage', { times: 1, schedule }), armed('disk.full', { times: 1, schedule })];
    const machine = new Machine({ chaos });
    for (let n = 0; n < 4; n += 1) machine.answer(reply(write(`${n}`)));
    expect(
      machine
        .of('fault.triggered')
        .map(({ fault, tick }) => `${fault}@${tick}`)
        .sort(),
    ).toEqual(['brain.garbage@2', 'disk.full@2']);
  });
});

describe('faults of commands', () => {
  it('a time-out is a DEADLINE that names its fault; a flood is printed, and warned of', () => {
    const chaos = [armed('exec.timeout'), armed('log.flood', { times: 1, schedule: { nth: 2 } })];
    const machine = new Machine({ chaos });
    for (let n = 0; n < 2; n += 1) machine.answer(reply(exec(`${n}`)));
    machine.untilAsked();
    expect(machine.of('trap.raised')).toMatchObject([{ code: 'DEADLINE', fault: 1 }]);
    expect(machine.of('fault.triggered')).toMatchObject([{ id: 1 }, { id: 2, fault: 'log.flood' }]);
    expect(machine.of('notice.given')).toMatchObject([{ code: 'LOG_FLOOD' }]);
  });
});

describe('a swapped handle', () => {
  it('stands for what the other one did, and the frame shows that', () => {
    const machine = new Machine({ chaos: [armed('cap.swapped', { times: 1, handle: 'h2', schedule: { tick: 2 } })] });
    const before = machine.state.procs[1]?.caps ?? {};
    machine.answer(reply(goTo('h4')));
    const ask = machine.untilAsked();
    const [swap] = machine.of('capability.swapped');
    const [a = '', b = ''] = swap?.handles ?? [];
    const after = machine.state.procs[1]?.caps ?? {};
    expect(a).toBe('h2');
    expect(after[a]).toMatchObject({
      target: before[b]?.target,
      rights: before[b]?.rights,
      handle: a,
      url: before[a]?.url,
    });
    expect(after[b]).toMatchObject({ target: before[a]?.target, rights: before[a]?.rights, handle: b });
    expect(ask?.frame).toContain(`${b} ${before[a]?.rights} ${before[a]?.target}`);
    expect(machine.of('fault.triggered')).toMatchObject([{ fault: 'cap.swapped', pid: 1 }]);
  });

  it('by hand it waits for the next dispatch: what is under way was resolved by the old names', () => {
    const machine = new Machine();
    machine.untilAsked();
    machine.command({ command: 'inject', fault: armed('cap.swapped') });
    expect(machine.of('capability.swapped')).toEqual([]);
    machine.answer(reply(goTo('h4')));
    expect(machine.of('capability.swapped')).toHaveLength(1);
  });

  it('what was derived from a row goes with it: revoking its new name takes the child’s, too', () => {
    const caps = [{ cap: 'h2', rights: 'rw' }];
    const machine = new Machine({
      chaos: [armed('cap.swapped', { target: 'planner', times: 1, handle: 'h2', schedule: { nth: 2 } })],
    });
    machine.answer(reply({ op: 'SYS_MAP_REDUCE', tasks: [{ text: 'a', caps }], result: 'int' }));
    machine.untilAsked();
    machine.command({ command: 'kill', pid: 2 });
    machine.untilAsked();
    const child = Object.values(machine.state.procs).find(({ role }) => role === 'worker');
    const parent = child?.caps.h2?.from?.handle as string;
    expect(machine.state.procs[1]?.caps[parent]?.target).toBe(child?.caps.h2?.target);
  });
});

describe('what befalls the machine', () => {
  it('is written first, then confirmed, and recovered from with the next progress', () => {
    const machine = new Machine({ chaos: [armed('kernel.killed', { times: 1, schedule: { tick: 2 } })] });
    machine.answer(reply(write('x')));
    machine.untilAsked();
    expect(machine.inputs).toContainEqual({ kind: 'fault.applied', id: 1, pid: 1 });
    const kinds = machine.events.map(({ kind }) => kind);
    expect(kinds.indexOf('fault.staged')).toBeLessThan(kinds.lastIndexOf('route.dispatched'));
    machine.answer(reply(write('y')));
    machine.untilAsked();
    expect(machine.of('fault.triggered')).toMatchObject([{ fault: 'kernel.killed', tick: 2 }]);
    expect(machine.of('fault.recovered')).toMatchObject([{ id: 1, tick: 2, ticks: 0 }]);
    expect(machine.state).not.toHaveProperty('staged');
  });

  it('is confirmed once, and only where it was staged', () => {
    const machine = new Machine({ chaos: [armed('disk.full')] });
    expect(machine.of('fault.triggered')).toHaveLength(1);
    machine.feed({ kind: 'fault.applied', id: 1, pid: 1 });
    machine.feed({ kind: 'fault.applied', id: 7, pid: 1 });
    expect(machine.of('fault.triggered')).toHaveLength(1);
    expect(machine.of('input.ignored')).toHaveLength(2);
  });

  it('by hand it strikes at once; a clock jumps an hour, forward or back by the seed', () => {
    const jumps = [1, 2, 3, 4, 5, 6].map((seed) => {
      const machine = new Machine({ seed });
      machine.command({ command: 'inject', fault: armed('clock.jump') });
      return machine.of('fault.staged')[0]?.ms;
    });
    expect(new Set(jumps)).toEqual(new Set([3_600_000, -3_600_000]));
  });
});

it('without a plan the state has none of its fields', () => {
  const machine = new Machine();
  for (const world of [write('x'), exec('a'), goTo('h4')]) machine.answer(reply(world));
  expect(machine.state).not.toHaveProperty('staged');
  expect(machine.state.procs[1]).not.toHaveProperty('occasions');
});
