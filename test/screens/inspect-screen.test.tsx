import { cleanup, render } from 'ink-testing-library';
import { useState } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import { InspectScreen } from '../../src/screens/inspect/inspect-screen.tsx';
import { markedTick } from '../../src/screens/inspect/motions.ts';
import { createTickLoader } from '../../src/screens/inspect/tick-loader.ts';
import type { Rec } from '../../src/store/record.ts';
import type { TimeSource } from '../../src/store/time-source.ts';
import { createUiStore } from '../../src/store/ui-store.ts';
import { DemoRun, eventfulRun, replies } from '../store/demo-run.ts';
import { played, write } from '../store/tick-run.ts';

afterEach(cleanup);

/** Nothing here takes long, but on a busy machine. */
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, 10_000);

const LARGE = { columns: 120, rows: 40 };
const NORMAL = { columns: 80, rows: 24 };
const SMALL = { columns: 60, rows: 20 };
type Size = typeof LARGE;

const sourceOf = (records: readonly Rec[]): TimeSource => recordsSource({ format: 'turingos', name: 'demo', records });
/** A source that shows what has been recorded by now. */
const growing = (records: readonly Rec[]): TimeSource => {
  const now = (): TimeSource => sourceOf(records);
  return {
    ...now(),
    growing: true,
    extent: () => now().extent(),
    stateAt: (seq) => now().stateAt(seq),
    records: (from, to) => now().records(from, to),
    seqOfTick: (tick) => now().seqOfTick(tick),
    markFrom: (seq, direction, kinds) => now().markFrom(seq, direction, kinds),
  };
};

const eventful = eventfulRun().records;
/** The tick of the first denied ask, and the first loop trap. */
const DENIED = 7;
const THRASH = 44;

interface HostProps {
  source: TimeSource;
  start: number;
  size: Size;
  exit(): void;
  moved(tick: number): void;
}

const TAG = {
  tick: 7,
  seq: 77,
  text: 'invents',
  labels: ['handle'],
  by: 'operator',
  at: '2026-01-05T09:12:00.000Z',
} as const;

/** What mounts the screen: it says which tick, and is told of another. */
const Host = ({ source, start, size, exit, moved }: HostProps) => {
  const [tick, setTick] = useState(start);
  const onTick = (next: number): void => {
    moved(next);
    setTick(next);
  };
  return (
    <InspectScreen {...{ source, tick, size, exit, onTick }} ui={createUiStore({ tags: [TAG] })} readOnly={false} />
  );
};

const show = async (tick: number, size: Size = LARGE, source = sourceOf(eventful)) => {
  const exit = vi.fn();
  const moved = vi.fn();
  const { lastFrame, stdin } = render(<Host {...{ source, size, exit, moved }} start={tick} />);
  const screen = (): string => (lastFrame() ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
  await eventually(() => expect(screen()).toMatch(/THRASH|There is no tick|cannot be read/));
  await eventually(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0));
  /** Types one event, and waits for what it must lead to. */
  const press = async (keys: string, until: RegExp | (() => boolean)): Promise<string> => {
    stdin.write(keys);
    await eventually(() => (until instanceof RegExp ? expect(screen()).toMatch(until) : expect(until()).toBe(true)));
    return screen();
  };
  return { screen, press, exit, moved };
};

describe.each([
  ['120×40', LARGE],
  ['80×24', NORMAL],
  ['60×20', SMALL],
] as const)('%s', (_, size) => {
  test('fills the screen; which tick, its gauges, and what came of it', async () => {
    const { screen } = await show(DENIED, size);
    const lines = screen().split('\n');
    expect(lines).toHaveLength(size.rows);
    expect(lines[0]).toMatch(/^7f3a.* INSPECT +t7( of |\/)45 .*REPLAY {2}RUNNING/);
    expect(lines[1]).toMatch(/THRASH +\[----\] 0\/4 .*stall 0\/6.*PANIC .* 3\/3 +streak .*1\/4/);
    expect(lines.at(-2)).toMatch(/^! t7 w2 EACCES .* vfd:\/\/rw\/ANSWER\.txt/);
    expect(lines.at(-1)).toMatch(/0-6 pane .* q back$/);
  });
  test('leads to each pane by its digit', async () => {
    const { press } = await show(DENIED, size);
    await press('1', /1 FRAME.* w2 saw 165 of 4,096/);
    await press('2', /\^{19}/);
    await press('3', /capability\.denied/);
    await press('4', /w2\.flags +0 > 1/);
    await press('5', /5 WORLD DIFF none: rejected before any effect/);
    await press('6', /same shape asked 3 times in this run, by w2 w7 w12/);
    await press('0', />!t7 w2 EACCES/);
  });
});

test.each([
  [30, 9],
  [29, 8],
  [200, 60],
])('%i×%i is no size to break at', async (columns, rows) => {
  const lines = (await show(DENIED, { columns, rows })).screen().split('\n');
  expect(lines.length).toBeLessThanOrEqual(rows);
  expect(lines[0]).toMatch(/^7f3a/);
});

test('120×40 has all panes at once', async () => {
  const text = (await show(DENIED)).screen();
  for (const pane of ['0 TICKS', '1 FRAME', '2 REPLY', '3 DECISION', '4 STATE', '5 WORLD DIFF', '6 WHAT FOLLOWED'])
    expect(text).toContain(pane);
  expect(text).toContain('7 TIMELINE');
  expect(text).toMatch(/VERSUS +w3 t8, same step: HALT 1010/);
  expect(text).toContain('NOT HELD BY w2  h2 rw ANSWER.txt');
});

test('what the operator tagged is told on its tick', async () => {
  expect((await show(DENIED)).screen()).toMatch(/tag t7: "invents" {2}#handle/);
  expect((await show(DENIED, NORMAL)).screen()).toMatch(/^! t7 w2 EACCES .* #handle$/m);
  expect((await show(8, NORMAL)).screen()).not.toContain('#handle');
});

describe('motions', () => {
  test('a step typed before the first tick is read is a step from that tick', async () => {
    const gate = Promise.withResolvers<void>();
    const whole = sourceOf(eventful);
    const slow: TimeSource = { ...whole, seqOfTick: (tick) => gate.promise.then(() => whole.seqOfTick(tick)) };
    const exit = vi.fn();
    const moved = vi.fn();
    const { lastFrame, stdin } = render(<Host {...{ source: slow, size: LARGE, exit, moved }} start={DENIED} />);
    await eventually(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0));
    stdin.write('.');
    stdin.write('.');
    stdin.write(',');
    gate.resolve();
    await eventually(() => expect(moved.mock.calls.flat()).toEqual([8, 9, 8]));
    await eventually(() => expect(lastFrame()).toMatch(/t8 of 45/));
  });
  test('to the next and the previous tick, and no further than there are', async () => {
    const { press, moved } = await show(1);
    await press(',', /t1 is the first tick\./);
    await press('.', /INSPECT +t2 of 45/);
    await press('jj', /INSPECT +t4 of 45/);
    await press('k', /INSPECT +t3 of 45/);
    expect(moved.mock.calls.flat()).toEqual([2, 3, 4, 3]);
    await press('1', /━1 FRAME/);
    await press('j', () => true);
    await press('.', /INSPECT +t4 of 45/);
  });
  test('g goes to a tick, a record or a share; what is no place is told; G goes to the last tick', async () => {
    const { press } = await show(1);
    await press('gt7', /go to: t7/);
    await press('\r', /INSPECT +t7 of 45/);
    await press('g12\r', /INSPECT +t12 of 45/);
    await press('g100%\r', /INSPECT +t45 of 45/);
    await press('gt99\r', /There is no tick 99: the run has 45/);
    await press('gnowhere\r', /"nowhere" is no place in a run/);
    await press('g2', /go to: 2/);
    await press('\u001b', /0-6 pane/);
    await press('g1', /go to: 1/);
    await press('\r', /INSPECT +t1 of 45/);
    await press('G', /INSPECT +t45 of 45/);
  });
  test('between traps, and back', async () => {
    const { press } = await show(1);
    await press('e', /INSPECT +t7 of 45/);
    await press('ee', /INSPECT +t16 of 45/);
    await press('E', /INSPECT +t9 of 45/);
    const end = await show(THRASH);
    await end.press('e', /There is no later trap\./);
  });
  test('between marks, one tick a step however many marks it has', async () => {
    const { press } = await show(22);
    await press(']', /INSPECT +t3[0-9] of 45/);
    await press('[', /INSPECT +t22 of 45/);
  });
  test('a mark leads to the tick that it is about, not to the newest at its time', async () => {
    const source = sourceOf(eventful);
    const trap = eventful.find((rec) => rec.kind === 'trap.raised');
    const found = await markedTick(source, { tick: 0, seq: 0 }, 1, ['trap']);
    expect(found).toEqual({ tick: trap !== undefined && 'tick' in trap ? trap.tick : 0, seq: trap?.seq });
    const mark = await source.markFrom(0, 1, ['trap']);
    expect(mark?.tick).toBeGreaterThan(found?.tick ?? 0);
  });
});

describe('looking closer', () => {
  test('a record of the decision opens in full', async () => {
    const { press, screen } = await show(DENIED);
    await press('3', /━3 DECISION/);
    await press('j', />ev capability\.denied/);
    const text = await press('\r', /RECORD \d+/);
    expect(text).toMatch(/"asked": "vfd:\/\/rw\/ANSWER\.txt"/);
    await press('\u001b', () => !screen().includes('RECORD'));
  });
  test('zoom, raw, and back one at a time; then the tick is left', async () => {
    const { press, exit, screen } = await show(DENIED, NORMAL);
    await press('2z', () => !screen().includes('TICKS'));
    await press('y', /"cap":"vfd:\/\/rw\/ANSWER…\n *\^+…\n! not in frame/);
    await press('llllllllllllllllllllhhh', /13720"\}\} *$/m);
    await press('\u001b', /^\{"q":"write the sum",/m);
    await press('\u001b', /TICKS/);
    expect(exit).not.toHaveBeenCalled();
    await press('\u001b', () => exit.mock.calls.length === 1);
  });
  test('search marks, counts on with n, and says where there is nothing', async () => {
    const { press, screen } = await show(DENIED, NORMAL);
    await press('3/trap', /search: trap/);
    await press('\r', />ev trap\.raised/);
    await press('\u001b', () => !screen().includes('/trap'));
    await press('/nowhere\r', /"nowhere" is not in this pane/);
  });
  test('/ filters the ticks by patterns; j and n go from one to the next; a wrong one is told; Esc shows all again', async () => {
    const { press, screen } = await show(1);
    await press('/(trap', /is no pattern: a \( is not closed/);
    await press('\u0015', /filter: +patterns/);
    await press('eacces\r', /TICKS \/eacces/);
    expect(await press('', /w2 EACCES/)).not.toMatch(/^.. ?t\d+ \w+ GOTO/m);
    await press('j', /INSPECT +t7 of 45/);
    await press('n', /INSPECT +t16 of 45/);
    await press('N', /INSPECT +t7 of 45/);
    await press('\u001b', () => !screen().includes('/eacces'));
    await press('/!p1\r', /TICKS \/!p1/);
    expect(screen()).not.toMatch(/^.. ?t\d+ P1 /m);
  });
  test('what was asked for in vain in this run', async () => {
    const { press } = await show(DENIED);
    expect(await press('d', /ASKED FOR IN VAIN/)).toMatch(/3 x {2}w vfd:\/\/rw\/<name>/);
  });
  test('q leaves, from wherever', async () => {
    const { press, exit } = await show(DENIED);
    await press('4zq', () => exit.mock.calls.length === 1);
  });
});

describe('a live run', () => {
  test('an open tick is read again as its stream grows, and when it ends', async () => {
    const open = new DemoRun({ planner: () => undefined, worker: () => undefined }).play();
    const { screen, press } = await show(1, LARGE, growing(open.records));
    expect(screen()).toMatch(/OPEN {2}RUNNING/);
    expect(screen()).toContain('waiting for the first token');
    open.say(1, '{"q":"think');
    await eventually(() => expect(screen()).toMatch(/\* streaming, 1 tok/));
    open.command({ command: 'kill' });
    await eventually(() => expect(screen()).toMatch(/HELD {2}KILLED/));
    expect(screen()).toMatch(/process\.ended +P1 killed: test/);
    await press('.', /t1 is the last tick so far\./);
  });
  test('what followed is brought up to date after the tick has ended', async () => {
    const run = new DemoRun({ planner: (n) => ['no json', replies.goto('h1')][n], worker: () => undefined });
    run.play(1);
    const { screen } = await show(1, LARGE, growing(run.records));
    expect(screen()).toMatch(/not recovered so far/);
    run.play();
    await eventually(() => expect(screen()).toMatch(/recovered after 1 tick: t2 look/));
  });
});

test('a tick that is not there is said, and so is a journal that cannot be read', async () => {
  const beyond = await show(99);
  expect(beyond.screen()).toMatch(/! There is no tick 99: the last is t45\./);
  await beyond.press(',', /INSPECT +t45 of 45/);
  const broken = { ...sourceOf(eventful), stateAt: () => Promise.reject(new Error('segment 1 is broken at byte 9')) };
  expect((await show(5, NORMAL, broken)).screen()).toMatch(/! t5 cannot be read: segment 1 is broken at byte 9/);
});

test('whoever steps fast is not kept waiting by the ticks in between', async () => {
  const source = sourceOf(played({ replies: Array.from({ length: 60 }, (_, i) => write('replace', `${i}\n`)) }));
  const seqOfTick = vi.fn(source.seqOfTick);
  const loader = createTickLoader({ ...source, seqOfTick });
  for (let tick = 1; tick <= 40; tick += 1) loader.want(tick, { from: tick, to: tick });
  await eventually(() => expect(loader.store.getState().view?.tick).toBe(40));
  expect(seqOfTick.mock.calls.length).toBeLessThan(20);
});
