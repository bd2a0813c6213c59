import { describe, expect, test, vi } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import type { Rec } from '../../src/store/record.ts';
import { type TickView, tickView } from '../../src/store/tick-view.ts';
import type { TimeSource } from '../../src/store/time-source.ts';
import { DemoRun, eventfulRun, replies } from './demo-run.ts';
import { played, reply, write } from './tick-run.ts';

const sourceOf = (records: readonly Rec[]): TimeSource => recordsSource({ format: 'turingos', name: 'demo', records });
const viewOf = async (records: readonly Rec[], tick: number): Promise<TickView> => {
  const view = await tickView(sourceOf(records), tick);
  if (view === undefined) throw new Error(`no tick ${tick}`);
  return view;
};
/** The tick on which something was raised or committed. */
const tickWhere = (records: readonly Rec[], fits: (rec: Rec) => boolean): number => {
  const rec = records.find(fits);
  return rec !== undefined && 'tick' in rec ? rec.tick : 0;
};
const kinds = (view: TickView): string[] => view.decision.map(({ kind }) => kind);
const change = (view: TickView, name: string) => view.changed.find((row) => row.name === name);

const eventful = eventfulRun().records;

describe('an invented handle', () => {
  const tick = tickWhere(eventful, (rec) => rec.kind === 'capability.denied');
  test('is pointed at in the raw reply, with the nearest that is held', async () => {
    const { reply: answer } = await viewOf(eventful, tick);
    expect(answer.text).toBe(replies.invented());
    expect(answer.mark).toEqual({ needle: 'vfd://rw/ANSWER.txt', note: 'not in frame, nearest h1 r rows/' });
    expect(answer.ops?.world).toBe('WRITE vfd://rw/ANSWER.txt replace');
    expect(answer.schema).toBe('valid');
  });
  test('is told as input, denial, rejection and trap, and nothing of other processes', async () => {
    const view = await viewOf(eventful, tick);
    expect(kinds(view)).toEqual(['brain.replied', 'capability.denied', 'reply.rejected', 'trap.raised']);
    expect(view.trap).toBe(view.decision.at(-1)?.seq);
    expect(view.world.what).toBe('none: rejected before any effect');
    expect(view.world.after).toBe(view.world.before);
  });
  test('counts: a flag and a streak of one more, everything else as it was', async () => {
    const view = await viewOf(eventful, tick);
    expect(change(view, `${view.who}.flags`)).toEqual({ name: `${view.who}.flags`, before: '0', after: '1' });
    expect(change(view, `${view.who}.streak`)?.after).toBe('1');
    expect(view.same).toEqual(expect.arrayContaining(['w2.q', 'w2.d', 'w2.call stack', 'panic budget']));
  });
  test('has what came of it: recovered, the map joined with it, the same shape asked again', async () => {
    const { followed } = await viewOf(eventful, tick);
    const text = followed.map((line) => line.text).join('\n');
    expect(text).toMatch(/^recovered after 1 tick: t\d+ voted \d+/);
    expect(text).toMatch(/m1 joined with w2 \(2 votes on its step\)/);
    expect(text).toMatch(/same shape asked 3 times in this run, by w2 w7 w12/);
  });
  test('a sibling’s vote from before the tick is counted where the map is joined', async () => {
    const voted = eventful.filter((rec) => rec.kind === 'vote.cast' && rec.step === 3)[1];
    const { followed } = await viewOf(
      eventful,
      tickWhere(eventful, (rec) => rec.kind === 'capability.denied' && rec.pid === 7),
    );
    expect(voted).toMatchObject({ pid: 7, votes: 2 });
    expect(followed.map((line) => line.text)).toContain('t17 m1 joined with w7 (2 votes on its step)');
  });
  test('stands beside the same process’s earlier tick and a sibling on the same step', async () => {
    const { versus } = await viewOf(eventful, tick);
    expect(versus.map(({ who, relation }) => `${who} ${relation}`)).toEqual(['w2 same process', 'w3 same step']);
    expect(versus[0]).toMatchObject({ sameReply: false, op: 'GOTO rows/r01', result: 'progress: look' });
  });
  test('was not for want of a handle that only the planner holds', async () => {
    const { frame } = await viewOf(eventful, tick);
    expect(frame?.notHeld.map(({ handle, target }) => `${handle} ${target}`)).toEqual(['h2 ANSWER.txt']);
    expect(frame?.neverShown).toEqual([]);
  });
});

test('a reply that is no JSON says which field, and what the brain was asked with', async () => {
  const view = await viewOf(
    eventful,
    tickWhere(eventful, (rec) => rec.kind === 'reply.rejected' && rec.field === 'q'),
  );
  expect(view.reply).toMatchObject({ text: '{"q":1}', ops: null, finish: 'stop', model: 'tiny' });
  expect(view.reply.schema).toMatchObject({ field: expect.any(String), what: expect.any(String) });
});

test('a loop trap names what was repeated; the effect never happened', async () => {
  const view = await viewOf(
    eventful,
    tickWhere(eventful, (rec) => rec.kind === 'trap.raised' && rec.code === 'THRASH_ROUTE'),
  );
  expect(kinds(view)).toEqual(['brain.replied', 'reply.accepted', 'trap.raised']);
  expect(view.world.what).toBe('none: trapped before any effect');
  expect(view.versus[0]).toMatchObject({ relation: 'same process', sameReply: true });
  expect(view.followed[0]).toEqual({ tone: 'bad', text: 'not recovered so far' });
});

test('the fourth trap in a row spends a unit of the panic budget', async () => {
  const view = await viewOf(
    eventful,
    tickWhere(eventful, (rec) => rec.kind === 'panic.spent'),
  );
  expect(kinds(view).at(-1)).toBe('panic.spent');
  expect(change(view, 'panic budget')).toEqual({ name: 'panic budget', before: '3', after: '2' });
});

test('a vote that settles a map tells of the step, the sibling and the join', async () => {
  const joined = eventful.find((rec) => rec.kind === 'map.joined')?.seq ?? 0;
  const tick = eventful.findLast((rec) => rec.kind === 'reply.accepted' && rec.seq < joined);
  const view = await viewOf(eventful, tick !== undefined && 'tick' in tick ? tick.tick : 0);
  expect(kinds(view)).toEqual(expect.arrayContaining(['vote.cast', 'process.ended', 'step.settled', 'map.joined']));
  expect(kinds(view)).not.toContain('route.dispatched');
  expect(view.result).toMatch(/^vote \d+$/);
  expect(change(view, `${view.who}.state`)?.after).toBe('done');
});

describe('a live run', () => {
  test('an open tick has the stream so far, and nothing decided', async () => {
    const view = await viewOf(eventful, 45);
    expect(view).toMatchObject({ open: true, result: 'open', trap: null, changed: [] });
    expect(view.reply).toMatchObject({ state: 'streaming', tokensOut: 26, schema: null });
    expect(view.reply.text).toMatch(/^\{"q":"Result 13720 .*"wor$/);
    expect(view.world.what).toBe('none yet');
  });
  test('a stream that a fault cut keeps its partial text', async () => {
    const run = new DemoRun({ planner: () => undefined, worker: () => undefined }).play();
    run.say(1, '{"q":"half').command({
      command: 'inject',
      fault: { fault: 'brain.cut', target: 1, times: 1 },
    } as Parameters<DemoRun['command']>[0]);
    run.fail(1, 1);
    const view = await viewOf(run.records, 1);
    expect(view.reply).toMatchObject({ state: 'failed', finish: 'cut_off: the stream ended early', fault: 1 });
    expect(kinds(view)).toEqual(
      expect.arrayContaining(['fault.armed', 'fault.requested', 'brain.failed', 'fault.triggered', 'trap.raised']),
    );
    expect(view.reply.schema).toEqual({ field: 'stream', what: 'it never became whole' });
  });
  test('a killed process: who killed it, and the text that had arrived', async () => {
    const run = new DemoRun({
      planner: (n) => (n === 0 ? replies.map('sum r01') : undefined),
      worker: () => undefined,
    });
    run.play().say(2, '{"q":"a').command({ command: 'kill', pid: 2 });
    const view = await viewOf(run.records, 2);
    expect(view.reply).toMatchObject({ state: 'stopped', text: '{"q":"a' });
    expect(view.decision.map(({ kind, text }) => `${kind} ${text}`)).toEqual(
      expect.arrayContaining(['operator.commanded test: kill w2', 'process.ended w2 killed: test']),
    );
    expect(change(view, 'w2.state')).toMatchObject({ before: 'running', after: 'killed' });
  });
  test('a tick that is not there is undefined', async () => {
    expect(await tickView(sourceOf(eventful), 999)).toBeUndefined();
  });
});

test('an op that the world refuses is a trap of the op phase, and changes nothing', async () => {
  const records = played({ replies: [write('patch', 'no diff at all')] });
  const view = await viewOf(records, 1);
  expect(kinds(view)).toEqual(['brain.replied', 'reply.accepted', 'op.requested', 'op.failed', 'trap.raised']);
  expect(view.world.what).toMatch(/^none: EINVAL/);
  expect(view.result).toBe('IO_FAULT');
});

describe('the world diff of a write', () => {
  const text = (view: TickView): string[] => view.world.lines.map(({ sign, text: line }) => sign + line);
  const patch = '--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n';
  const records = played({
    replies: [
      write('replace', 'one\ntwo\n'),
      write('append', 'three\n'),
      write('patch', patch),
      write('replace', 'x\n'),
    ],
    files: { 'rows/r01': '1\n' },
  });
  test('a new file is all plus', async () => {
    const view = await viewOf(records, 1);
    expect(view.world.what).toBe('ANSWER.txt created, +2 -0');
    expect(view.world.after).not.toBe(view.world.before);
  });
  test('an append, a patch and a replacement are diffs against what the writes before had made', async () => {
    expect(text(await viewOf(records, 2))).toEqual([' one', ' two', '+three']);
    expect(text(await viewOf(records, 3))).toEqual([' one', '-two', '+TWO', ' three']);
    expect(text(await viewOf(records, 4))).toEqual(['-one', '-TWO', '-three', '+x']);
  });
  test('a file that the run began with is known from its first record', async () => {
    const view = await viewOf(played({ replies: [write('append', 'b\n')], files: { 'ANSWER.txt': 'a\n' } }), 1);
    expect(text(view)).toEqual([' a', '+b']);
  });
  test('a write that led back to an earlier world, and so was no progress, is not overlooked', async () => {
    const back = played({
      replies: [write('replace', 'a\n'), write('replace', 'b\n'), write('replace', 'a\n'), write('append', 'c\n')],
    });
    expect(text(await viewOf(back, 3))).toEqual(['-b', '+a']);
    expect(text(await viewOf(back, 4))).toEqual([' a', '+c']);
    const emptied = played({
      replies: [write('replace', 'b\n'), write('replace', 'a\n'), write('append', 'c\n')],
      files: { 'ANSWER.txt': 'a\n' },
    });
    expect(text(await viewOf(emptied, 3))).toEqual([' a', '+c']);
  });
  test('the walk back over writes that undo each other comes to an end', async () => {
    const on = '@@ -1,1 +1,2 @@\n a\n+b\n';
    const off = '@@ -1,2 +1,1 @@\n a\n-b\n';
    const shrink = '@@ -1,3 +1,2 @@\n a\n b\n-c\n';
    const toggles = Array.from({ length: 60 }, (_, i) => write('patch', i % 2 === 0 ? off : on));
    const toggled = played({
      replies: [
        write('replace', 'a\n'),
        write('patch', on),
        write('append', 'c\n'),
        write('patch', shrink),
        ...toggles,
      ],
      policy: { traps: {} },
    });
    expect(text(await viewOf(toggled, 9))).toEqual([' a', '-b']);
    const source = sourceOf(toggled);
    const records = vi.fn(source.records);
    const view = await tickView({ ...source, records }, 60);
    expect(view?.world.note).toMatch(
      /^earlier content not reconstructed \(no whole write of it among the last 16 commits\)/,
    );
    expect(records.mock.calls.length).toBeLessThan(60);
  });
  test('what cannot be known is said, and the op itself shown', async () => {
    const [started, ...rest] = records;
    const workspace = { ...started, world: { kind: 'workspace', hash: 'elsewhere', files: {} } } as unknown as Rec;
    const view = await viewOf([workspace, ...rest], 1);
    expect(view.world.note).toMatch(/^earlier content not reconstructed/);
    expect(text(view)).toEqual([' one', ' two']);
  });
});

test('an exec has its exit code and what it printed', async () => {
  const records = played({
    replies: [reply({ op: 'SYS_EXEC', cap: 'h3', args: ['rows/r01'] })],
    files: { 'rows/r01': 'add 1 and 2\n' },
  });
  const view = await viewOf(records, 1);
  expect(view.world.what).toBe('wc -l rows/r01: exit 0');
  expect(view.world.lines.map(({ text }) => text)).toEqual(['1 rows/r01']);
  expect(view.result).toBe('progress: exec');
});

test('going where nothing is: the next frame says so', async () => {
  const records = played({ replies: [reply({ op: 'SYS_GOTO', view: 'sys://page/p99' }), write('replace', 'x')] });
  const view = await viewOf(records, 2);
  expect(view.frame?.at).toBe('sys://page/p99');
  expect(view.frame?.notice).toMatch(/^PAGE_FAULT: sys:\/\/page\/p99/);
  expect(view.frame?.sections.map(({ name }) => name)).toContain('notice');
});

test('a frame says what was clipped, where the rest is, and which held handles it left out', async () => {
  const caps = Array.from({ length: 32 }, (_, i) => ({
    rights: 'r' as const,
    target: `a/long/way/down/to/file-${i}.txt`,
  }));
  const records = played({ replies: [], caps, goal: 'x'.repeat(3000) });
  const { frame } = await viewOf(records, 1);
  expect(frame?.text.length).toBeLessThanOrEqual(4096);
  expect(frame?.clipped.find(({ section }) => section === 'cap')).toMatchObject({ view: 'sys://cap' });
  expect(frame?.neverShown.at(-1)).toMatchObject({ handle: 'h32', target: 'a/long/way/down/to/file-31.txt' });
  expect(frame?.neverShown.map(({ handle }) => handle)).not.toContain('h1');
});

test('the last tick of a run that passed', async () => {
  const records = played({ replies: [write('replace', '3\n'), reply({ op: 'SYS_HALT', result: '3' })] });
  const view = await viewOf(records, 2);
  expect(kinds(view)).toEqual([
    ...['brain.replied', 'reply.accepted', 'grade.requested', 'grader.judged', 'process.ended', 'run.ended'],
  ]);
  expect(view.open).toBe(false);
  expect(view.followed.at(-1)).toEqual({ tone: 'good', text: 'run ended passed: ok, t2' });
});

test('reads are few and bounded, whatever the run’s length', async () => {
  const long = played({
    replies: Array.from({ length: 600 }, (_, i) => write('replace', `${i}\n`)),
    policy: { limits: { maxTicks: 5000, outageMs: 1, brainMs: 1000, opMs: 1000, maxTokens: 100 } },
  });
  const source = sourceOf(long);
  let read = 0;
  let states = 0;
  const counted: TimeSource = {
    ...source,
    records: async (from, to) => {
      const found = await source.records(from, to);
      read += found.length;
      return found;
    },
    stateAt: async (seq) => {
      states += 1;
      return source.stateAt(seq);
    },
  };
  await tickView(counted, 300);
  expect(states).toBe(2);
  expect(read).toBeLessThan(4000);
  expect(read).toBeLessThan(long.length / 2);
});
