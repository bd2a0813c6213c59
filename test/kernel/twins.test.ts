/** What looks like a reply that traps, and is not one. */
import { expect, it } from 'vitest';
import { exec, goTo, halt, Machine, map, reply, write } from './machine.ts';

const PUSH = [{ op: 'SYS_PUSH', text: 'a' }];

it.each([
  ['every field at its least', '{"q":"","mind":[],"world":null}'],
  ['white space around', `\n ${reply(goTo('h4'))} \n`],
  ['a look at a view', reply({ op: 'SYS_GOTO', view: 'sys://cap' })],
  ['a write of nothing', reply(write(''))],
  ['a write under a directory', reply(write('x', 'replace', 'h1', 'a/b.txt'))],
  ['a write by reference', reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'append', ref: 'sys://task' })],
  ['arguments where the handle takes some', reply(exec('-v', '--all'))],
  ['a log with every option', reply({ op: 'SYS_GIT_LOG', cap: 'h1', limit: 3, path: 'a', grep: 'x', since: '2026' })],
  [
    'a map that hands rights on',
    reply({ op: 'SYS_MAP_REDUCE', tasks: [{ text: 't', caps: [{ cap: 'h2', rights: 'r' }] }], result: 'text' }),
  ],
  [
    'push, edit, move and pop in one tick',
    reply(write('x'), 'q', [
      ...PUSH,
      ...PUSH,
      { op: 'SYS_MOVE', from: 0, to: 1 },
      { op: 'SYS_EDIT', text: 'b' },
      { op: 'SYS_POP' },
    ]),
  ],
  ['a halt that stands alone', reply(halt())],
])('no trap for %s', (_, text) => {
  const machine = new Machine();
  machine.answer(text);
  machine.untilAsked();
  expect(machine.traps).toEqual([]);
});

it('no trap for a worker that votes a negative integer', () => {
  const machine = new Machine();
  machine.answer(reply(map('add')));
  machine.answer(reply(halt('-12')));
  expect(machine.traps).toEqual([]);
  expect(machine.of('vote.cast')).toMatchObject([{ value: '-12', votes: 1, margin: 1 }]);
});

it.each(['012', '1.5', '1e3', '', ' 7', 'seven', undefined])(
  'CPU_FAULT for a vote of %j where an integer is wanted',
  (vote) => {
    const machine = new Machine();
    machine.answer(reply(map('add')));
    machine.answer(reply(halt(vote)));
    expect(machine.traps).toEqual(['CPU_FAULT@2']);
  },
);

it('no trap for an op that takes its time and succeeds', () => {
  const machine = new Machine({ exec: () => 'done' });
  machine.answer(reply(exec('slow')));
  expect(machine.untilAsked()?.frame).toContain('[last] SYS_EXEC h3 exit 0\ndone');
  expect(machine.traps).toEqual([]);
});
