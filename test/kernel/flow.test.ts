/** Scheduling, pauses, outages, faults, pages. */
import { describe, expect, it } from 'vitest';
import { type Ask, exec, goTo, halt, Machine, map, reply, write } from './machine.ts';

describe('pause and step', () => {
  it('dispatches nothing while paused, one tick a step, and goes on when unpaused', () => {
    const machine = new Machine();
    machine.command({ command: 'pause' });
    machine.answer(reply(goTo('h4')));
    expect(machine.untilAsked()).toBeUndefined();
    machine.command({ command: 'step' });
    machine.answer(reply(write('x')));
    expect(machine.untilAsked()).toBeUndefined();
    expect(machine.state.tick).toBe(2);
    machine.command({ command: 'unpause' });
    expect(machine.untilAsked()?.tick).toBe(3);
  });
});

it('a planner that waits for its map has no ticks', () => {
  const machine = new Machine();
  machine.answer(reply(map('a', 'b')));
  machine.play((ask) => (ask.role === 'worker' ? reply(halt('1')) : undefined));
  expect(
    machine
      .of('route.dispatched')
      .filter((event) => event.pid === 1)
      .map((event) => event.tick),
  ).toEqual([1, 6]);
});

describe('outages', () => {
  it('block the process with bounded back-off, raise no trap, and go on by themselves', () => {
    const machine = new Machine();
    for (let n = 0; n < 8; n += 1) machine.answer({ error: 'unreachable' });
    machine.answer(reply(write('x')));
    expect(machine.of('process.blocked').map((event) => event.waitMs)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000,
    ]);
    expect(machine.traps).toEqual([]);
    expect(machine.state.tick).toBe(1);
  });

  it('end the run as interrupted when the limit is spent, to the millisecond', () => {
    const limits = { maxTicks: 9, outageMs: 10_000, brainMs: 1, opMs: 1, maxTokens: 1 };
    const machine = new Machine({ policy: { limits } }).play(() => ({ error: 'overloaded' }));
    expect(machine.of('process.blocked').map((event) => event.waitMs)).toEqual([1000, 2000, 4000, 3000]);
    expect(machine.of('run.ended')).toMatchObject([{ outcome: 'interrupted' }]);
  });

  it('honour a Retry-After that is longer than the back-off', () => {
    const machine = new Machine();
    const ask = machine.untilAsked() as Ask;
    machine.feed({
      kind: 'brain.failed',
      req: ask.req,
      error: 'rate_limited',
      message: '',
      partial: '',
      tokensOut: 0,
      totalMs: 0,
      retryAfterMs: 7000,
    });
    expect(machine.of('process.blocked')).toMatchObject([{ waitMs: 7000 }]);
  });

  it('show an operator’s line also after the retry', () => {
    const machine = new Machine();
    machine.command({ command: 'tell', pid: 1, text: 'look at IN.txt' });
    machine.answer({ error: 'unreachable' });
    expect(machine.untilAsked()?.frame).toContain('[told] look at IN.txt');
    machine.answer(reply(goTo('h4')));
    expect(machine.untilAsked()?.frame).not.toContain('[told]');
  });
});

describe('faults', () => {
  it('a cut strikes the stream in flight; it is triggered only when the outcome says so', () => {
    const machine = new Machine();
    const ask = machine.untilAsked() as Ask;
    machine.command({ command: 'inject', fault: { fault: 'brain.cut', target: 'planner', times: 1 } });
    expect(machine.of('fault.requested')).toMatchObject([{ id: 1, req: ask.req }]);
    expect(machine.of('fault.triggered')).toEqual([]);
    machine.feed({
      kind: 'brain.failed',
      req: ask.req,
      error: 'cut_off',
      message: '',
      partial: '{"q',
      tokensOut: 2,
      totalMs: 1,
      applied: 1,
    });
    expect(machine.of('fault.triggered')).toMatchObject([{ id: 1, pid: 1, tick: 1 }]);
    expect(machine.of('trap.raised')).toMatchObject([{ code: 'CPU_FAULT', fault: 1 }]);
    machine.pending.shift();
    machine.answer(reply(write('x')));
    machine.untilAsked();
    expect(machine.of('fault.recovered')).toMatchObject([{ id: 1, tick: 2, ticks: 1 }]);
  });

  it('strikes as often as it was told to, and never more', () => {
    const machine = new Machine();
    machine.command({ command: 'inject', fault: { fault: 'write.denied', target: 'any', times: 2 } });
    for (let n = 0; n < 3; n += 1) machine.answer(reply(write(`${n}`)));
    machine.untilAsked();
    expect(machine.of('op.requested').map((event) => event.fault?.id)).toEqual([1, 1, undefined]);
    expect(machine.of('fault.triggered')).toHaveLength(2);
  });

  it('a revoked handle is journalled and triggers at once', () => {
    const machine = new Machine();
    machine.command({ command: 'inject', fault: { fault: 'cap.revoked', target: 'planner', times: 1, handle: 'h2' } });
    expect(machine.of('capability.revoked')).toMatchObject([{ by: 'fault', handles: [{ pid: 1, handle: 'h2' }] }]);
    expect(machine.of('fault.triggered')).toMatchObject([{ id: 1 }]);
    machine.answer(reply(write('x')));
    expect(machine.traps).toEqual(['EACCES@1']);
  });
});

describe('pages', () => {
  it('what did not fit can be read to the last character', () => {
    const text = Array.from({ length: 300 }, (_, i) => `row ${i} 😀 ${'é'.repeat(i % 40)}`).join('\n');
    const machine = new Machine({ files: { 'IN.txt': text } });
    machine.answer(reply(goTo('h4')));
    let read = '';
    for (;;) {
      const { frame } = machine.untilAsked() as Ask;
      const [, heading = '', body = ''] = /\[page ([^\n]*)\n([\s\S]*)\n$/.exec(frame) ?? [];
      read += body;
      const next = / next (sys:\/\/page\/p\d+)/.exec(heading)?.[1];
      if (next === undefined) break;
      machine.answer(reply({ op: 'SYS_GOTO', view: next }));
    }
    expect(read).toBe(text);
  });

  it('a clipped section names the view under which all of it is', () => {
    const goal = 'word '.repeat(400).trim();
    const machine = new Machine({ task: { goal } });
    expect(machine.untilAsked()?.frame).toMatch(/\[task\] word .* ~ more: sys:\/\/task\n/);
    expect(machine.of('frame.composed')[0]?.clipped[0]).toMatchObject({ section: 'task' });
    expect(machine.of('frame.composed')[0]?.pages).toMatchObject([{ of: { view: 'sys://task' }, n: 2 }]);
  });

  it('a token that is too old is a page fault', () => {
    const machine = new Machine({
      policy: { frame: { limit: 4096, pageTokens: 4 } },
      files: { 'IN.txt': 'x'.repeat(5000) },
    });
    machine.answer(reply(goTo('h4')));
    for (const token of ['p1', 'p2', 'p4', 'p5', 'p1']) {
      machine.untilAsked();
      machine.answer(reply({ op: 'SYS_GOTO', view: `sys://page/${token}` }, token));
    }
    expect(machine.untilAsked()?.frame).toContain(
      '[notice] PAGE_FAULT: sys://page/p1: no such page token, or too old.',
    );
  });

  it('a page of a command’s output can be referred to', () => {
    const machine = new Machine({ exec: () => `${'a'.repeat(2000)}` });
    machine.answer(reply(exec('long')));
    machine.answer(reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', ref: 'sys://page/p1' }));
    machine.untilAsked();
    expect(machine.files.get('ANSWER.txt')).toMatch(/^a{800,}$/);
  });
});

it('the tick limit ends the run and aborts what is in flight', () => {
  const limits = { maxTicks: 3, outageMs: 1, brainMs: 1, opMs: 1, maxTokens: 1 };
  const machine = new Machine({ policy: { limits } }).play((ask) => reply(write(`${ask.tick}`)));
  expect(machine.of('run.ended')).toMatchObject([{ outcome: 'limit', reason: 'tick limit 3 reached', ticks: 3 }]);
});

it('the token limit ends the run', () => {
  const limits = { maxTicks: 99, outageMs: 1, brainMs: 1, opMs: 1, maxTokens: 1, tokens: 10 };
  const machine = new Machine({ policy: { limits } }).play((ask) => reply(write(`${ask.tick}`)));
  expect(machine.of('run.ended')).toMatchObject([{ outcome: 'limit', reason: 'token limit 10 reached', ticks: 5 }]);
});

it('a worker that votes after a fault has recovered from it', () => {
  const machine = new Machine();
  machine.answer(reply(map('add')));
  const ask = machine.untilAsked() as Ask;
  machine.command({ command: 'inject', fault: { fault: 'brain.cut', target: ask.pid, times: 1 } });
  machine.pending.shift();
  const cut = { kind: 'brain.failed', req: ask.req, error: 'cut_off', message: '', partial: '', tokensOut: 0 } as const;
  machine.feed({ ...cut, totalMs: 0, applied: 1 });
  machine.play((other) => (other.role === 'worker' ? reply(halt('5')) : undefined));
  expect(machine.of('fault.recovered')).toMatchObject([{ id: 1, pid: ask.pid, ticks: 1 }]);
});
