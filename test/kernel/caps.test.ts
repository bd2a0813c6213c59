/** Capabilities: revocation, grants, styles. */
import { describe, expect, it } from 'vitest';
import { goTo, Machine, map, reply, write } from './machine.ts';

const delegating = { op: 'SYS_MAP_REDUCE', tasks: [{ text: 't', caps: [{ cap: 'h1', rights: 'r' }] }], result: 'int' };

it('revoking a handle takes what was derived from it', () => {
  const machine = new Machine();
  machine.answer(reply(delegating));
  const [event] = machine.command({ command: 'revoke', pid: 1, handle: 'h1' });
  expect(event).toMatchObject({
    kind: 'capability.revoked',
    by: 'operator',
    handles: [
      { pid: 1, handle: 'h1' },
      { pid: 2, handle: 'h1' },
      { pid: 3, handle: 'h1' },
    ],
  });
  machine.answer(reply(goTo('h1')));
  expect(machine.of('capability.denied')).toMatchObject([{ pid: 2, asked: 'h1', reason: 'revoked' }]);
});

it('a worker that is forked after the revocation does not get the handle', () => {
  const machine = new Machine();
  machine.answer(reply(delegating));
  machine.command({ command: 'revoke', pid: 1, handle: 'h1' });
  machine.command({ command: 'kill', pid: 2 });
  expect(machine.of('process.spawned').at(-1)).toMatchObject({ pid: 4, caps: [] });
});

it('a process that looks where its handle was revoked reads a page fault, not the text', () => {
  const machine = new Machine({ files: { 'IN.txt': 'secret' } });
  machine.answer(reply(goTo('h4')));
  machine.answer(reply(write('x')));
  machine.command({ command: 'revoke', pid: 1, handle: 'h4' });
  machine.untilAsked();
  machine.answer(reply(write('y')));
  const frame = machine.untilAsked()?.frame;
  expect(frame).toContain('[notice] PAGE_FAULT: h4: this handle was revoked.');
  expect(frame).not.toContain('secret');
});

it('a granted handle gets the next free number and can be used', () => {
  const machine = new Machine();
  machine.command({ command: 'grant', pid: 1, rights: 'rw', target: 'NEW.txt' });
  machine.untilAsked();
  machine.answer(reply(null));
  expect(machine.untilAsked()?.frame).toContain('h5 rw NEW.txt');
  machine.answer(reply(write('x', 'replace', 'h5')));
  machine.untilAsked();
  expect(machine.files.get('NEW.txt')).toBe('x');
});

describe('handle styles', () => {
  it('url: brains see and use URLs whose number cannot be guessed; the short form is unknown', () => {
    const machine = new Machine({ policy: { handleStyle: 'url' } });
    const frame = machine.untilAsked()?.frame ?? '';
    const url = /vfd:\/\/rw\/[0-9a-f]{8}\/ANSWER\.txt/.exec(frame)?.[0] ?? '';
    machine.answer(reply(write('x', 'replace', 'vfd://rw/ANSWER.txt')));
    machine.answer(reply(write('x', 'replace', 'h2')));
    machine.answer(reply(write('x', 'replace', url)));
    machine.untilAsked();
    expect(machine.traps).toEqual(['EACCES@1', 'EACCES@2']);
    expect(machine.files.get('ANSWER.txt')).toBe('x');
    expect(machine.of('trap.raised')[0]?.recovery).toContain(url);
  });

  it('url: each process has a number of its own for the same target', () => {
    const machine = new Machine({ policy: { handleStyle: 'url' } });
    const url = /vfd:\/\/rw\/[0-9a-f]{8}\/dir/.exec(machine.untilAsked()?.frame ?? '')?.[0] ?? '';
    machine.answer(reply({ ...delegating, tasks: [{ text: 't', caps: [{ cap: url, rights: 'r' }] }] }));
    machine.answer(reply(goTo(url)));
    expect(machine.of('capability.denied')).toMatchObject([{ pid: 2, reason: 'unknown' }]);
  });
});

it('an operator command that can do nothing is answered with the reason', () => {
  const machine = new Machine();
  machine.answer(reply(map('t')));
  const why = (order: Parameters<Machine['command']>[0]) => machine.command(order)[0];
  expect(why({ command: 'step' })).toMatchObject({ kind: 'input.ignored', why: 'only a paused run can be stepped' });
  expect(why({ command: 'unpause' })).toMatchObject({ why: 'the run is not paused' });
  expect(why({ command: 'revoke', pid: 1, handle: 'h9' })).toMatchObject({ why: 'process 1 holds no h9' });
  expect(why({ command: 'tell', pid: 9, text: 'hi' })).toMatchObject({ why: 'there is no process 9' });
});
