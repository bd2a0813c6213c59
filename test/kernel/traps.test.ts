/** Each trap at its stated tick, and legitimate work of the same length that must not raise it. */
import { describe, expect, it } from 'vitest';
import { type Ask, exec, goTo, halt, Machine, map, reply, write } from './machine.ts';

/** The same reply for a number of ticks. */
const repeat = (machine: Machine, ticks: number, text: (n: number) => string): string[] => {
  for (let n = 0; n < ticks; n += 1) machine.answer(text(n));
  return machine.traps;
};

const noTraps = (machine: Machine): void => expect(machine.traps).toEqual([]);

describe('reply traps', () => {
  it.each([
    ['not JSON', 'I think that I should look around.', 'json'],
    ['two objects', '{"q":"","mind":[],"world":null}{}', 'json'],
    ['no q', '{"mind":[],"world":null}', 'q'],
    ['an unknown field', '{"q":"","mind":[],"world":null,"note":1}', 'note'],
    ['no op', reply({ cap: 'h1' }), 'world.op'],
    ['an unknown opcode', reply({ op: 'SYS_FLY' }), 'world.op'],
    ['an alias of a field', reply({ op: 'SYS_GOTO', handle: 'h1' }), 'world'],
    ['an unknown write mode', reply(write('x', 'prepend')), 'world.mode'],
    ['content and ref', reply({ ...write('x'), ref: 'sys://task' }), 'world'],
  ])('CPU_FAULT at the first tick for %s', (_, text, field) => {
    const machine = new Machine();
    machine.answer(text);
    expect(machine.traps).toEqual(['CPU_FAULT@1']);
    expect(machine.of('reply.rejected')[0]?.field).toMatch(new RegExp(`^${field}`));
  });

  it.each(['cut_off', 'refused', 'context_exceeded', 'malformed'] as const)(
    'CPU_FAULT when the stream is %s',
    (error) => {
      const machine = new Machine();
      machine.answer({ error });
      expect(machine.traps).toEqual(['CPU_FAULT@1']);
    },
  );

  it('peels one code fence and one leading thinking block, and nothing else', () => {
    const machine = new Machine();
    machine.answer(`<think>where?</think>\n\`\`\`json\n${reply(goTo('h4'))}\n\`\`\``);
    noTraps(machine);
    machine.answer(`Here it is:\n${reply(goTo('h4'))}`);
    expect(machine.traps).toEqual(['CPU_FAULT@2']);
  });

  it.each([
    ['halt with mind ops', reply(halt(), 'q', [{ op: 'SYS_PUSH', text: 'a' }])],
    ['map with mind ops', reply(map('1'), 'q', [{ op: 'SYS_PUSH', text: 'a' }])],
    ['a pop of an empty stack', reply(null, 'q', [{ op: 'SYS_POP' }])],
    ['a reference to nothing', reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', ref: 'sys://map/m9/consensus' })],
  ])('CAUSALITY for %s', (_, text) => {
    const machine = new Machine();
    machine.answer(text);
    expect(machine.traps).toEqual(['CAUSALITY@1']);
  });

  it('CAUSALITY for a worker that maps', () => {
    const machine = new Machine();
    machine.answer(reply(map('one')));
    machine.answer(reply(map('two')));
    expect(machine.traps).toEqual(['CAUSALITY@2']);
  });

  it.each([
    ['an invented handle', reply(goTo('vfd://rw/ANSWER.txt')), 'unknown'],
    ['a number that it does not hold', reply(goTo('h9')), 'unknown'],
    ['a right that it lacks', reply(write('x', 'replace', 'h4')), 'insufficient'],
    ['a path out of the subtree', reply(goTo('h1', '../IN.txt')), 'path'],
    ['a path under a file', reply(goTo('h4', 'x')), 'path'],
    ['a directory written without a path', reply(write('x', 'replace', 'h1')), 'path'],
    ['prototype names', reply(goTo('__proto__')), 'unknown'],
    [
      'more rights to a worker than held',
      reply({ op: 'SYS_MAP_REDUCE', tasks: [{ text: 't', caps: [{ cap: 'h4', rights: 'w' }] }], result: 'int' }),
      'insufficient',
    ],
  ])('EACCES for %s', (_, text, reason) => {
    const machine = new Machine();
    machine.answer(text);
    expect(machine.traps).toEqual(['EACCES@1']);
    expect(machine.of('capability.denied')[0]?.reason).toBe(reason);
  });

  it('EACCES names the held handles, nearest to the asked-for first', () => {
    const machine = new Machine();
    machine.answer(reply(write('x', 'replace', 'vfd://rw/ANSWER.txt')));
    expect(machine.of('trap.raised')[0]?.recovery).toMatch(/You hold h2 rw ANSWER\.txt, /);
    expect(machine.of('capability.denied')[0]?.nearest).toBe('h2');
  });

  it('EACCES for arguments to a command that takes none; none where it takes some', () => {
    const caps = [{ rights: 'x' as const, target: 'check', argv: ['check'], more: false }];
    const machine = new Machine({ task: { caps } });
    machine.answer(reply({ op: 'SYS_EXEC', cap: 'h1', args: ['-v'] }));
    machine.answer(reply({ op: 'SYS_EXEC', cap: 'h1', args: [] }));
    expect(machine.traps).toEqual(['EACCES@1']);
  });

  it('ILLEGAL_HALT without the evidence, and none once it is written', () => {
    const machine = new Machine({ task: { evidence: ['ANSWER.txt'] } });
    machine.answer(reply(halt()));
    machine.answer(reply(write('42')));
    machine.answer(reply(halt()));
    machine.untilAsked();
    expect(machine.traps).toEqual(['ILLEGAL_HALT@1']);
    expect(machine.state.outcome).toBe('passed');
  });

  it('ILLEGAL_HALT when the grader rejects; the fourth ends the run before a panic reset', () => {
    const machine = new Machine({ grade: () => '1 line is wrong.' }).play(() => reply(halt()));
    expect(machine.traps).toEqual(['ILLEGAL_HALT@1', 'ILLEGAL_HALT@2', 'ILLEGAL_HALT@3', 'ILLEGAL_HALT@4']);
    expect(machine.of('panic.spent')).toEqual([]);
    expect(machine.of('run.ended')[0]).toMatchObject({ outcome: 'failed', reason: 'rejected by the grader 4 times' });
  });
});

describe('THRASH_ROUTE', () => {
  it('fires at the fourth look in a row that shows nothing new: the GOTO loop, q and d unchanged', () => {
    expect(repeat(new Machine(), 5, () => reply(goTo('h4')))).toEqual(['THRASH_ROUTE@5']);
  });

  it('fires for the same map started again and again, each joined without news', () => {
    const machine = new Machine();
    for (let n = 0; n < 6 && machine.traps.length === 0; n += 1) {
      machine.answer(reply(map('add')));
      while (machine.untilAsked()?.role === 'worker') machine.answer(reply(halt('3')));
    }
    expect(machine.of('map.started')).toHaveLength(4);
    expect(machine.of('trap.raised')).toMatchObject([{ code: 'THRASH_ROUTE', pid: 1, tick: 13 }]);
  });

  it('fires for a command run again and again in the same world, though its output changes (date)', () => {
    const machine = new Machine({ exec: (_, n) => `12:00:0${n}` });
    expect(repeat(machine, 5, () => reply(exec('date')))).toEqual(['THRASH_ROUTE@5']);
  });

  it('fires at the sixth tick without progress, whatever the ops are', () => {
    const machine = new Machine();
    const ops = [goTo('h4'), goTo('h2'), goTo('h1'), { op: 'SYS_GOTO', view: 'sys://cap' }];
    repeat(machine, 4, (n) => reply(ops[n] ?? null, `first ${n}`));
    // All four have been looked at; looking again in another order, with other words, is no progress.
    const again = [ops[2], ops[0], ops[3], ops[1], ops[0], ops[2]];
    expect(repeat(machine, 6, (n) => reply(again[n] ?? null, `again ${n}`))).toEqual(['THRASH_ROUTE@10']);
  });

  it('starts over after it fired', () => {
    expect(repeat(new Machine(), 9, (n) => reply(goTo('h4'), `${n}`))).toEqual([
      'THRASH_ROUTE@5',
      'WATCHDOG@6',
      'THRASH_ROUTE@9',
    ]);
  });

  it('is silent for twelve page reads of a flood', () => {
    const machine = new Machine({ exec: () => 'line of a log\n'.repeat(3600) });
    machine.answer(reply(exec('noisy')));
    const next = (ask: Ask): string | undefined => /(?:next|characters:) (sys:\/\/page\/p\d+)/.exec(ask.frame)?.[1];
    for (let n = 0; n < 12; n += 1) {
      const view = next(machine.untilAsked() as Ask);
      expect(view).toBeDefined();
      machine.answer(reply({ op: 'SYS_GOTO', view }, 'reading on'));
    }
    noTraps(machine);
    expect(machine.of('notice.given')).toMatchObject([{ code: 'LOG_FLOOD' }]);
  });

  it('is silent for a planner that maps and waits', () => {
    const machine = new Machine();
    for (let n = 0; n < 6; n += 1) {
      machine.answer(reply(map(`step ${n}`), 'same'));
      while (machine.untilAsked()?.role === 'worker') machine.answer(reply(halt(String(n))));
    }
    noTraps(machine);
  });

  it('is silent for test, edit, test, edit', () => {
    const machine = new Machine({ exec: (_, n) => `${n} failed` });
    repeat(machine, 12, (n) => reply(n % 2 === 0 ? exec('test') : write(`try ${n}`), 'fix it'));
    noTraps(machine);
  });

  it('is silent for a retry after a fault', () => {
    const machine = new Machine();
    machine.command({ command: 'inject', fault: { fault: 'write.denied', target: 'any', times: 1 } });
    for (let n = 0; n < 5; n += 1) {
      machine.answer(reply(write(`line ${n}`, 'append')));
    }
    machine.untilAsked();
    expect(machine.traps).toEqual(['IO_FAULT@1']);
    expect(machine.of('fault.recovered')).toMatchObject([{ id: 1, tick: 2, ticks: 1 }]);
  });
});

describe('THRASH_MIND', () => {
  const think = (n: number): string => reply(null, `thought ${n}`, [{ op: 'SYS_PUSH', text: `${n}` }]);

  it('fires at the third tick of mind ops only', () => {
    expect(repeat(new Machine(), 3, think)).toEqual(['THRASH_MIND@3']);
  });

  it('is silent where every third tick acts', () => {
    const machine = new Machine();
    repeat(machine, 9, (n) => (n % 3 === 2 ? reply(write(`${n}`), `q${n}`) : think(n)));
    noTraps(machine);
  });
});

describe('WATCHDOG', () => {
  it('fires at the fifth equal op, though each changes the world and q differs: the append loop', () => {
    expect(repeat(new Machine(), 5, (n) => reply(write('same line\n', 'append'), `line ${n}`))).toEqual(['WATCHDOG@5']);
  });

  it('is silent for five appends of different lines', () => {
    const machine = new Machine();
    repeat(machine, 5, (n) => reply(write(`line ${n}\n`, 'append'), 'append'));
    noTraps(machine);
  });
});

describe('PERIOD_LOOP', () => {
  it('fires at the third time that the same world, q, d and stack come round', () => {
    const machine = new Machine();
    const traps = repeat(machine, 6, (n) => reply(n % 2 === 0 ? goTo('h4') : goTo('h2'), 'compare'));
    expect(traps).toEqual(['PERIOD_LOOP@6']);
  });

  it('is silent for a test, edit, test cycle with the same words', () => {
    const machine = new Machine({ exec: () => 'failed' });
    repeat(machine, 24, (n) => reply(n % 2 === 0 ? exec('test') : write(`try ${n}`), n % 2 === 0 ? 'test' : 'edit'));
    noTraps(machine);
  });
});

describe('op traps', () => {
  it('IO_FAULT when the op failed; neither q nor d nor the stack moves', () => {
    const machine = new Machine();
    machine.answer(reply(write('x'), 'new q', [{ op: 'SYS_PUSH', text: 'p' }]));
    const request = machine.pending.shift();
    if (request?.kind !== 'op.requested') throw new Error('an op was expected');
    machine.feed({
      kind: 'op.failed',
      req: request.req,
      worldHash: machine.hash(),
      errno: 'ENOSPC',
      detail: 'disk full',
      timedOut: false,
    });
    expect(machine.traps).toEqual(['IO_FAULT@1']);
    expect(machine.state.procs[1]).toMatchObject({ q: '', d: { view: 'sys://task' }, stack: [] });
    expect(machine.untilAsked()?.frame).toContain(
      '[trap] IO_FAULT: SYS_WRITE: ENOSPC: disk full. Nothing was changed.',
    );
  });

  it('DEADLINE when the op or the brain took too long', () => {
    const machine = new Machine();
    machine.answer({ error: 'timed_out' });
    machine.answer(reply(exec('sleep')));
    const request = machine.pending.shift();
    if (request?.kind !== 'op.requested') throw new Error('an op was expected');
    machine.feed({
      kind: 'op.failed',
      req: request.req,
      worldHash: machine.hash(),
      errno: 'ETIMEDOUT',
      detail: '',
      timedOut: true,
    });
    expect(machine.traps).toEqual(['DEADLINE@1', 'DEADLINE@2']);
  });
});

describe('notices', () => {
  it('PAGE_FAULT is a notice in the frame and no trap', () => {
    const machine = new Machine();
    machine.answer(reply(goTo('h1', 'nothing')));
    expect(machine.untilAsked()?.frame).toContain('[notice] PAGE_FAULT: h1 nothing: not there.');
    noTraps(machine);
  });

  it('LOG_FLOOD traps only where the next op ignores it', () => {
    const machine = new Machine({ exec: () => 'x'.repeat(40_000) });
    machine.answer(reply(exec('noisy')));
    expect(machine.untilAsked()?.frame).toContain('[notice] LOG_FLOOD: 40000 characters');
    machine.answer(reply(write('no time to read')));
    expect(machine.traps).toEqual(['CAUSALITY@2']);
    machine.answer(reply(write('no time to read')));
    machine.untilAsked();
    expect(machine.traps).toEqual(['CAUSALITY@2']);
  });

  it('32 KiB exactly are no flood', () => {
    const machine = new Machine({ exec: () => 'x'.repeat(32_768) });
    machine.answer(reply(exec('noisy')));
    machine.answer(reply(write('on')));
    machine.untilAsked();
    noTraps(machine);
    expect(machine.of('notice.given')).toEqual([]);
  });
});
