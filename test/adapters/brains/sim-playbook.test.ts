import { describe, expect, it } from 'vitest';
import { createSimulatedBrain, simulate } from '../../../src/adapters/brains/simulated.ts';
import { checkTask } from '../../../src/adapters/tasks/index.ts';
import { Playbook } from '../../../src/runtime/playbook.ts';
import { drive, ofKind } from '../drive.ts';

const PLAYBOOK = Playbook.parse({
  name: 'inventory',
  planner: {
    start: 'count',
    traps: [{ if: { trap: 'ILLEGAL_HALT' }, go: 'count' }],
    steps: {
      count: {
        exec: { command: 'count', args: ['stock/bolts.txt', 'stock/nuts.txt'] },
        push: 'count both',
        next: [{ if: { last: '(\\d+) stock/bolts[^]*?(\\d+) stock/nuts' }, go: 'write' }],
      },
      write: {
        write: { target: 'ANSWER.txt', content: '$1\n$2\n' },
        pop: true,
        next: [{ go: 'ask' }],
        slips: [{ content: '$2\n$1\n' }],
      },
      ask: {
        map: { tasks: [{ text: 'first of bolts', caps: [{ target: 'stock/', rights: 'r' }] }], result: 'text' },
        next: [{ go: 'done' }],
      },
      done: { halt: {} },
    },
  },
  workers: [
    {
      task: 'first of bolts',
      start: 'look',
      steps: {
        look: {
          look: { target: 'stock/', path: 'bolts.txt', find: 'M' },
          next: [{ if: { page: '^(M\\S+)' }, go: 'say' }],
        },
        say: { halt: { result: '$1' } },
      },
    },
  ],
});
const task = () => checkTask('examples/tasks/inventory.yaml');

const frame = (sections: Record<string, string>, page = ''): string => {
  const hold = 'h1 r stock/\nh2 rw ANSWER.txt\nh3 x count …';
  const all = { role: 'planner', task: 'count', hold: `\n${hold}`, ...sections };
  const order = ['role', 'task', 'hold', 'stack', 'q', 'last', 'map', 'trap', 'notice', 'told', 'at'];
  const lines = order.flatMap((name) => (name in all ? [`[${name}] ${all[name as keyof typeof all]}`] : []));
  return `${lines.join('\n')}\n${page}`;
};
const replyTo = (text: string, playbook = PLAYBOOK) => JSON.parse(simulate(text, 1, {}, playbook).text);
const edits = (edit: Record<string, unknown>) =>
  Playbook.parse({
    name: 'edit',
    planner: {
      start: 'edit',
      steps: { edit: { edit, missing: 'end', next: [{ go: 'end' }] }, end: { halt: { result: 'end' } } },
    },
  });

describe('a playbook', () => {
  it('carries a run through: commands, what they print, votes, the call stack', async () => {
    const { state, events, core } = await drive(task(), 5, {}, PLAYBOOK);
    expect(state.outcome).toBe('passed');
    expect(core.files().get('ANSWER.txt')).toBe('3\n2\n');
    expect(ofKind(events, 'map.joined').map(({ results }) => results)).toEqual([['M4x20']]);
    expect(ofKind(events, 'trap.raised')).toEqual([]);
  });

  it('struggles with the seeded errors, its own slips among them, and recovers', async () => {
    const codes = new Set<string>();
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const rates = { schema: 80, badHandle: 80, thrash: 80, slip: 200, cut: 40 };
      const { state, events } = await drive(task(), seed, rates, PLAYBOOK);
      outcomes.add(state.outcome ?? '');
      for (const { code } of ofKind(events, 'trap.raised')) codes.add(code);
    }
    expect(outcomes).toContain('passed');
    expect([...codes]).toEqual(expect.arrayContaining(['CPU_FAULT', 'EACCES', 'ILLEGAL_HALT']));
  });

  it('takes its handles from the frame, and from the words of a denial where the frame shows none', () => {
    expect(replyTo(frame({})).world).toMatchObject({ op: 'SYS_EXEC', cap: 'h3' });
    const denied = { hold: '', trap: 'EACCES: h9: no such handle. You hold h7 x count …, h8 r stock/.' };
    expect(replyTo(frame(denied)).world).toMatchObject({ op: 'SYS_EXEC', cap: 'h7' });
    expect(replyTo(frame({ hold: '' })).world).toEqual({ op: 'SYS_HALT', result: 'I hold no handle for this step.' });
  });

  it('goes by what came of the last op, and does again what was not done', () => {
    const printed = 'SYS_EXEC h3 exit 0\n3 stock/bolts.txt\n2 stock/nuts.txt\n5 total';
    expect(replyTo(frame({ q: 'count', last: printed }))).toMatchObject({ q: 'write', world: { content: '3\n2\n' } });
    expect(replyTo(frame({ q: 'count', last: 'SYS_EXEC h3 exit 1' }))).toMatchObject({ q: 'count' });
    // It looked somewhere instead.
    expect(replyTo(frame({ q: 'write', last: 'SYS_GOTO sys://task' })).q).toBe('write');
    expect(replyTo(frame({ q: 'done', last: printed, trap: 'ILLEGAL_HALT: no.' })).q).toBe('count');
  });

  it('pushes only what is not on top of the call stack, and pops only where there is something', () => {
    expect(replyTo(frame({})).mind).toEqual([{ op: 'SYS_PUSH', text: 'count both' }]);
    expect(replyTo(frame({ stack: 'count both' })).mind).toEqual([]);
    const printed = 'SYS_EXEC h3 exit 0\n3 stock/bolts.txt\n2 stock/nuts.txt';
    expect(replyTo(frame({ q: 'count', last: printed })).mind).toEqual([]);
    expect(replyTo(frame({ q: 'count', last: printed, stack: 'count both' })).mind).toEqual([{ op: 'SYS_POP' }]);
  });

  it('turns pages until one matches, patches what stands there, and tells when none does', () => {
    const playbook = edits({ target: 'stock/', path: 'nuts.txt', find: '^M(5)$', put: 'M$1x' });
    const writable = '\nh1 rw stock/';
    const at = { hold: writable, q: 'edit', last: 'SYS_GOTO h1 nuts.txt', at: 'h1 nuts.txt' };
    expect(replyTo(frame({ hold: writable }), playbook).world).toEqual({ op: 'SYS_GOTO', cap: 'h1', path: 'nuts.txt' });
    expect(replyTo(frame(at, '[page 1/2] next sys://page/p4\nM4\n'), playbook).world).toEqual({
      op: 'SYS_GOTO',
      view: 'sys://page/p4',
    });
    const second = frame({ ...at, at: 'sys://page/p4' }, '[page 2/2] prev sys://page/p3\nM5\n');
    expect(replyTo(second, playbook).world).toEqual({
      op: 'SYS_WRITE',
      cap: 'h1',
      path: 'nuts.txt',
      mode: 'patch',
      content: '@@ -1,1 +1,1 @@\n-M5\n+M5x\n',
    });
    expect(replyTo(frame({ ...at, at: 'sys://page/p4' }, '[page 2/2]\nM6\n'), playbook).q).toBe('end');
    expect(replyTo(frame({ ...at, notice: 'PAGE_FAULT: h1 nuts.txt: no such file.' }), playbook).q).toBe('end');
    // Reset to its task, it goes there again.
    const home = frame({ ...at, at: 'sys://task' }, '[page 1/1]\ncount\n');
    expect(replyTo(home, playbook).world).toMatchObject({ op: 'SYS_GOTO', cap: 'h1' });
  });

  it('reads a flood before it goes on', () => {
    const notice = 'LOG_FLOOD: 50000 characters of output. Read its pages first: sys://page/p2.';
    const reply = replyTo(frame({ q: 'count', last: 'SYS_EXEC h3 exit 0', notice }));
    expect(reply).toEqual({ q: 'count', mind: [], world: { op: 'SYS_GOTO', view: 'sys://page/p2' } });
  });

  it('leaves a step that it does not know to the reference policy', () => {
    const worker = frame({ role: 'worker of map m1, step 1 of 1', task: 'add 12 and 34' });
    expect(replyTo(worker).world).toEqual({ op: 'SYS_HALT', result: '46' });
  });

  it('is part of what identifies the brain', () => {
    const digests = [undefined, PLAYBOOK, { ...PLAYBOOK, name: 'other' }].map(
      (playbook) => createSimulatedBrain({ playbook }).digest,
    );
    expect(new Set(digests).size).toBe(3);
    expect(createSimulatedBrain({ playbook: PLAYBOOK })).toMatchObject({ name: 'SIM', simulated: true });
  });

  it.each([
    ['no step of that name', { start: 'b', steps: { a: { halt: {} } } }, 'there is no step b'],
    ['two ops', { start: 'a', steps: { a: { halt: {}, exec: { command: 'x' } } } }, 'exactly one of'],
    [
      'a pattern that is none',
      { start: 'a', steps: { a: { halt: {}, next: [{ if: { last: '(' }, go: 'a' }] } } },
      'not a reg',
    ],
    ['a halt that pushes', { start: 'a', steps: { a: { halt: {}, push: 'x' } } }, 'stands alone'],
  ])('is refused with %s', (_, planner, why) => {
    const parsed = Playbook.safeParse({ name: 'x', planner });
    expect(parsed.error?.issues[0]?.message).toContain(why);
  });
});
