/** Map, vote, reduce. */
import { describe, expect, it } from 'vitest';
import { type Ask, goTo, halt, Machine, type MachineOptions, map, reply } from './machine.ts';

const start = (options: MachineOptions = {}, op: object = map('add 2 and 3')): Machine => {
  const machine = new Machine(options);
  machine.answer(reply(op));
  return machine;
};

/** Lets workers vote in the order in which they are asked. */
const vote = (machine: Machine, ...votes: string[]): void => {
  for (const value of votes) machine.answer(reply(halt(value)));
};

const policy = (pool: number, aheadBy: number, ballots: number) => ({
  policy: { workers: { pool, aheadBy, ballots } },
});

describe('first to ahead by k', () => {
  it('forks k workers and joins when they agree', () => {
    const machine = start();
    vote(machine, '5', '5');
    expect(machine.of('process.spawned').map((event) => event.pid)).toEqual([1, 2, 3]);
    expect(machine.of('map.joined')).toMatchObject([{ map: 'm1', results: ['5'], progress: true }]);
    expect(machine.untilAsked()?.frame).toContain('[map] m1 1=5');
  });

  it('forks more while votes split, until one is ahead by k', () => {
    const machine = start();
    vote(machine, '5', '6', '5', '5');
    expect(machine.of('vote.cast').map((event) => event.margin)).toEqual([1, 0, 1, 2]);
    expect(machine.of('step.settled')).toMatchObject([{ value: '5' }]);
  });

  it('has no consensus at the cap; the planner reads so and is not trapped', () => {
    const machine = start(policy(4, 2, 4));
    vote(machine, '5', '6', '7', '8');
    expect(machine.untilAsked()?.frame).toContain('[map] m1 1=NO_CONSENSUS');
    expect(machine.of('map.joined')).toMatchObject([{ results: [null], progress: false }]);
    expect(machine.traps).toEqual([]);
  });

  it('cuts the other children on consensus, aborts what they asked, and hears no late vote', () => {
    const machine = start(policy(3, 1, 3), map('a', 'b'));
    const open = machine.pending.map((event) => ('req' in event ? event.req : 0));
    expect(open).toHaveLength(2);
    machine.command({ command: 'inject', fault: { fault: 'brain.cut', target: 9, times: 1 } });
    vote(machine, '1');
    expect(machine.of('step.settled')).toMatchObject([{ step: 1, value: '1' }]);
    const late = start(policy(4, 2, 9));
    vote(late, '5', '6', '5');
    const cut = late.pending.at(-1) as Ask;
    vote(late, '5');
    const events = late.feed({
      kind: 'brain.replied',
      req: cut.req,
      text: reply(halt('6')),
      finish: 'stop',
      tokensIn: 0,
      tokensOut: 0,
      firstTokenMs: 0,
      totalMs: 0,
    });
    expect(events.map((event) => event.kind)).toEqual(['input.ignored']);
  });
});

it('keeps no more workers alive than the pool, over many steps', () => {
  const machine = start({}, map(...Array.from({ length: 12 }, (_, i) => `step ${i + 1}`)));
  let most = 0;
  machine.play((ask) => {
    most = Math.max(most, Object.values(machine.state.procs).filter((proc) => proc.role === 'worker').length);
    return ask.role === 'worker' ? reply(halt(/step (\d+)\n/.exec(ask.frame)?.[1])) : undefined;
  });
  expect(most).toBe(4);
  expect(machine.of('map.joined')[0]?.results).toEqual(Array.from({ length: 12 }, (_, i) => String(i + 1)));
});

it('gives siblings different temperatures and, where the task offers them, different wordings', () => {
  const machine = start({ ...policy(3, 3, 9), task: { variants: ['{text}', 'Do: {text}'] } });
  const workers = machine.of('process.spawned').slice(1);
  expect(workers.map((event) => event.temperature)).toEqual([200, 700, 400]);
  expect(workers.map((event) => event.task)).toEqual(['add 2 and 3', 'Do: add 2 and 3', 'add 2 and 3']);
});

it('takes a step by reference, so that the planner copies nothing', () => {
  const machine = start();
  vote(machine, '5', '5');
  const again = { op: 'SYS_MAP_REDUCE', tasks: [{ ref: 'sys://map/m1/consensus', caps: [] }], result: 'int' };
  machine.answer(reply(again));
  expect(machine.untilAsked()?.frame).toContain('[task] 5\n');
});

it('writes a consensus by reference, one result a line; one without consensus cannot be referred to', () => {
  const writeRef = (ref: string): string => reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', ref });
  const machine = start({}, map('a', 'b'));
  machine.play((ask) => (ask.role === 'worker' ? reply(halt(ask.frame.includes('\na\n') ? '1' : '2')) : undefined));
  machine.answer(writeRef('sys://map/m1/consensus'));
  machine.untilAsked();
  expect(machine.files.get('ANSWER.txt')).toBe('1\n2\n');
  const split = start(policy(4, 2, 2));
  vote(split, '5', '6');
  split.answer(writeRef('sys://map/m1/consensus'));
  expect(split.of('trap.raised')).toMatchObject([{ code: 'CAUSALITY' }]);
});

it('hands a worker the rows that the planner named, with no more rights, under their own numbers', () => {
  const tasks = [{ text: 't', caps: [{ cap: 'h2', rights: 'r' }] }];
  const machine = start({}, { op: 'SYS_MAP_REDUCE', tasks, result: 'int' });
  expect(machine.untilAsked()?.frame).toContain('[hold]\nh2 r ANSWER.txt\n[at]');
  machine.answer(reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', content: 'x' }));
  machine.answer(reply(goTo('h1')));
  expect(machine.of('capability.denied')).toMatchObject([
    { pid: 2, asked: 'h2', reason: 'insufficient' },
    { pid: 3, asked: 'h1', reason: 'unknown' },
  ]);
});
