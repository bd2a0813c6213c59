/** Bugs that were found by review, each with the history that showed it. */
import { expect, it } from 'vitest';
import { type KernelEvent, payloadProblem } from '../../src/kernel/index.ts';
import { type Ask, exec, goTo, halt, Machine, map, reply, reqOf, write } from './machine.ts';

const frame = (m: Machine) => m.untilAsked()?.frame ?? '';
const view = (v: string) => ({ op: 'SYS_GOTO', view: v });
const said = (m: Machine, req: number, text: string) =>
  m.feed({ kind: 'brain.replied', req, text, finish: 'stop', tokensIn: 1, tokensOut: 1, firstTokenMs: 1, totalMs: 1 });

it('a line told while the brain streams is shown in the next frame', () => {
  const m = new Machine();
  m.untilAsked();
  m.command({ command: 'tell', pid: 1, text: 'STOP NOW' });
  m.answer(reply(goTo('h4')));
  expect(frame(m)).toContain('STOP NOW');
});
it('a page token is worth nothing to another process', () => {
  const m = new Machine({ files: { 'IN.txt': `${'a\n'.repeat(500)}SECRET\n${'b\n'.repeat(500)}` } });
  m.answer(reply(goTo('h4')));
  m.answer(reply(map('t')));
  m.answer(reply(view('sys://page/p1')));
  m.answer(reply(view('sys://page/p1')));
  expect(frame(m)).not.toContain('SECRET');
});
it('a worker cannot read the consensus of another map', () => {
  const m = new Machine({ policy: { workers: { pool: 1, aheadBy: 1, ballots: 3 } } });
  m.answer(reply(map('t')));
  m.answer(reply(halt('42')));
  m.answer(reply(map('t')));
  m.answer(reply(view('sys://map/m1/consensus')));
  expect(frame(m)).not.toContain('42');
});
it('evidence written under ./ counts', () => {
  const m = new Machine({ task: { caps: [{ rights: 'rw', target: './' }], evidence: ['ANSWER.txt'] } });
  m.answer(reply(write('1', 'replace', 'h1', 'ANSWER.txt')));
  m.answer(reply(halt()));
  m.untilAsked();
  expect(m.traps).toEqual([]);
});
it('what is clipped of an output can be read', () => {
  const m = new Machine({ exec: () => `${'A'.repeat(600)}THE-END` });
  m.answer(reply(exec('x')));
  const more = /sys:\/\/(?:last|page\/p\d+)/.exec(frame(m))?.[0] ?? '';
  m.answer(reply(view(more)));
  expect(frame(m)).toContain('THE-END');
});
it('what is clipped of a trap can be read', () => {
  const m = new Machine({ grade: () => `${'word '.repeat(100)}THE-END` });
  m.answer(reply(halt()));
  m.answer(reply(view('sys://trap')));
  expect(frame(m)).toContain('THE-END');
});
it('what is clipped of an operator’s line can be read', () => {
  const m = new Machine();
  m.command({ command: 'tell', pid: 1, text: `${'x '.repeat(140)}THE-END` });
  m.answer({ error: 'unreachable' });
  expect(frame(m)).toContain('sys://told');
  m.answer(reply(view('sys://told')));
  expect(frame(m)).toContain('THE-END');
});
it('a page fault fits its section whole, however long the place is', () => {
  const m = new Machine();
  m.answer(reply(goTo('h1', 'n'.repeat(150))));
  expect(frame(m)).toMatch(/\[notice\] PAGE_FAULT: .*: not there\.\n/);
});
it('at the least frame limit a worker is told its whole role', () => {
  const m = new Machine({ policy: { frame: { limit: 2048, pageTokens: 4 } } });
  m.answer(reply(map('t')));
  expect(frame(m)).toContain('[role] worker of map m1, step 1 of 1\n');
});
it('a handle that is revoked while a reference is fetched writes nothing', () => {
  const m = new Machine({ exec: () => 'z'.repeat(2000) });
  m.answer(reply(exec('x')));
  m.answer(reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', ref: 'sys://page/p1' }));
  m.command({ command: 'revoke', pid: 1, handle: 'h2' });
  m.untilAsked();
  expect(m.files.has('ANSWER.txt')).toBe(false);
});
it('a map step by reference is not cut', () => {
  const goal = `add ${Array.from({ length: 100 }, (_, i) => 12345 + i).join(' ')}`;
  const m = new Machine({ task: { goal } });
  m.answer(reply({ op: 'SYS_MAP_REDUCE', tasks: [{ ref: 'sys://task', caps: [] }], result: 'int' }));
  expect(m.of('map.started')[0]?.steps[0]?.text).toBe(goal);
});
it('a rejected halt moves no loop counter', () => {
  const m = new Machine({ grade: () => 'no' });
  for (let n = 0; n < 6; n += 1) m.answer(reply(n === 3 ? halt() : write('x\n', 'append'), `q${n}`));
  expect(m.traps).toEqual(['ILLEGAL_HALT@4', 'WATCHDOG@6']);
});
it('halts between looks do not make a thrash', () => {
  const m = new Machine({ grade: () => 'no' });
  m.answer(reply(goTo('h4')));
  for (const w of [halt(), halt(), halt()]) m.answer(reply(w));
  for (const w of [goTo('h4'), { op: 'SYS_GIT_LOG', cap: 'h1' }, goTo('h4')]) m.answer(reply(w));
  expect(m.traps.at(-1)).toBe('ILLEGAL_HALT@4');
});
const invalid = (m: Machine) =>
  m.events.map((e) => payloadProblem('event', JSON.parse(JSON.stringify(e)))).filter(Boolean);
it('a path that is too long is denied, and no invalid record is made', () => {
  const m = new Machine();
  m.answer(reply(goTo('h1', 'n'.repeat(300))));
  expect(invalid(m)).toEqual([]);
});
it('a URL is never longer than a reply may name', () => {
  const m = new Machine({ policy: { handleStyle: 'url' }, task: { caps: [{ rights: 'r', target: 'f'.repeat(200) }] } });
  expect(invalid(m)).toEqual([]);
});
it('the second of two ops is requested when the first is done, with the world that it meets', () => {
  const m = new Machine({ policy: { workers: { pool: 2, aheadBy: 2, ballots: 2 } } });
  const caps = [{ cap: 'h1', rights: 'rw' }];
  m.answer(reply({ op: 'SYS_MAP_REDUCE', tasks: [{ text: 't', caps }], result: 'int' }));
  const asked = m.pending.splice(0).map(reqOf);
  asked.forEach((req, i) => {
    said(m, req, reply(write('x', 'replace', 'h1', `f${i}`)));
  });
  const [first, ...rest] = m.pending.splice(0);
  expect([first?.kind, rest]).toEqual(['op.requested', []]);
  if (first !== undefined) m.serve(first);
  const second = m.of('op.requested')[1];
  expect(second?.worldHash).toBe(m.state.worldHash);
  expect(second?.worldHash).not.toBe(m.of('op.requested')[0]?.worldHash);
});
it('every token that a frame shows is alive', () => {
  const m = new Machine({ policy: { frame: { limit: 4096, pageTokens: 4 } }, files: { 'IN.txt': 'x'.repeat(5000) } });
  m.answer(reply(goTo('h4')));
  m.answer(reply(view(/next (\S+)/.exec(frame(m))?.[1] ?? '')));
  const next = /next sys:..page.(p\d+)/.exec(frame(m))?.[1];
  expect(m.state.procs[1]?.pages.map((ref) => ref.token)).toContain(next);
});
it('a page is shown under its own number, whatever others read meanwhile', () => {
  const text = 'x'.repeat(5000);
  const m = new Machine({ files: { 'IN.txt': text, 'ANSWER.txt': 'y'.repeat(5000) } });
  const caps = [
    { cap: 'h4', rights: 'r' },
    { cap: 'h2', rights: 'r' },
  ];
  m.answer(reply({ op: 'SYS_MAP_REDUCE', tasks: [{ text: 'a', caps }], result: 'int' }));
  const take = (pid: number, kind: string): KernelEvent => {
    const at = m.pending.findIndex((event) => event.kind === kind && 'pid' in event && event.pid === pid);
    return m.pending.splice(at, 1)[0] as KernelEvent;
  };
  said(m, reqOf(take(2, 'brain.requested')), reply(goTo('h4')));
  m.serve(take(2, 'observe.requested'));
  said(m, reqOf(take(2, 'brain.requested')), reply(view('sys://page/p1')));
  said(m, reqOf(take(3, 'brain.requested')), reply(goTo('h2')));
  m.serve(take(3, 'observe.requested'));
  m.serve(take(2, 'observe.requested'));
  const asked = take(2, 'brain.requested');
  expect(asked.kind === 'brain.requested' && asked.frame).toContain('[page 2/');
});
it('a dangling reference is rejected before the loop phase', () => {
  const m = new Machine();
  m.answer(reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', ref: 'sys://map/m9/consensus' }));
  expect(m.of('reply.accepted')).toEqual([]);
  expect(m.of('reply.rejected')).toHaveLength(1);
});
it('a page of a view can be referred to', () => {
  const m = new Machine({ task: { goal: 'g '.repeat(800) } });
  m.answer(reply({ op: 'SYS_WRITE', cap: 'h2', mode: 'replace', ref: 'sys://page/p1' }));
  m.untilAsked();
  expect(m.traps).toEqual([]);
});
it('a revocation that cannot strike does not block the next one', () => {
  const m = new Machine();
  for (const handle of ['h9', 'h2'])
    m.command({ command: 'inject', fault: { fault: 'cap.revoked', target: 'planner', times: 1, handle } });
  expect(m.of('fault.triggered')).toMatchObject([{ id: 2 }]);
});
it('the notice of a flood survives a page fault', () => {
  const m = new Machine({ exec: () => 'x\n'.repeat(20_000) });
  m.answer(reply(goTo('h1', 'none')));
  m.answer(reply(exec('x')));
  expect(frame(m)).toContain('LOG_FLOOD');
});
it('a page fault goes when the thing is there', () => {
  const m = new Machine();
  m.answer(reply(goTo('h1', 'new')));
  m.untilAsked();
  m.files.set('dir/new', 'HELLO');
  m.answer('garbage');
  const f = frame(m);
  expect(f).toContain('HELLO');
  expect(f).not.toContain('PAGE_FAULT');
});
it('a flood of one page names its page', () => {
  const m = new Machine({ policy: { frame: { limit: 65_536, pageTokens: 128 } }, exec: () => '\u4e00'.repeat(12_000) });
  m.answer(reply(exec('x')));
  expect(frame(m)).toMatch(/LOG_FLOOD.*sys:\/\/page\/p\d/);
});
it('a first look recovers a fault', () => {
  const m = new Machine();
  const ask = m.untilAsked() as Ask;
  m.pending.shift();
  m.command({ command: 'inject', fault: { fault: 'brain.cut', target: 'planner', times: 1 } });
  m.feed({
    kind: 'brain.failed',
    req: ask.req,
    error: 'cut_off',
    message: '',
    partial: '',
    tokensOut: 0,
    totalMs: 0,
    applied: 1,
  });
  m.answer(reply(goTo('h4')));
  m.untilAsked();
  expect(m.of('fault.recovered')).toHaveLength(1);
});
it('a request that was answered is not listed as aborted', () => {
  const m = new Machine();
  m.answer(reply(halt()));
  m.untilAsked();
  expect(m.of('process.ended')[0]?.aborts).toEqual([]);
});
it('long places do not make different ops look alike', () => {
  const m = new Machine();
  m.answer(reply(goTo('h1', 'd'.repeat(250))));
  for (const w of [
    { op: 'SYS_GIT_LOG', cap: 'h1' },
    { op: 'SYS_GIT_LOG', cap: 'h4' },
    { op: 'SYS_GIT_LOG', cap: 'h2' },
    null,
  ])
    m.answer(reply(w));
  expect(m.traps).toEqual([]);
});
it('__proto__ is an unknown field', () => {
  const m = new Machine();
  m.answer('{"q":"","mind":[],"world":null,"__proto__":{}}');
  expect(m.traps).toEqual(['CPU_FAULT@1']);
});
it('trap text is bounded', () => {
  const m = new Machine();
  m.answer(JSON.stringify({ q: '', mind: [], world: null, ['k'.repeat(60_000)]: 1 }));
  expect(m.state.procs[1]?.trap?.recovery.length).toBeLessThan(2000);
});
it('a digest is lower-case hex', () => {
  expect(
    payloadProblem('input', { kind: 'op.done', req: 1, worldHash: 'z'.repeat(64), exit: 0, output: null } as never),
  ).toBeDefined();
});
