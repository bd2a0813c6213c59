import { describe, expect, test } from 'vitest';
import { withoutHistory } from '../../src/kernel/history.ts';
import { emptyLive, foldLive, type LiveState } from '../../src/store/live-state.ts';
import { shapeOf } from '../../src/store/projections/denied.ts';
import { elapsedMs } from '../../src/store/projections/run-info.ts';
import { COLUMNS_KEPT, foldTimeline, noTimeline } from '../../src/store/projections/timeline.ts';
import { isOpen } from '../../src/store/projections/traps.ts';
import type { Rec } from '../../src/store/record.ts';
import { runWord, turnText } from '../../src/store/run-status.ts';
import { DemoRun, eventfulRun, replies } from './demo-run.ts';

const fold = (records: readonly Rec[]): LiveState => records.reduce(foldLive, emptyLive);
const demo = eventfulRun();
const live = fold(demo.records);

test('the kernel state is the kernel’s own, without what only decisions ask for', () => {
  expect(live.kernel).toEqual(withoutHistory(demo.state));
});

test('a live state is not changed by folding on from it', () => {
  const before = JSON.stringify(live);
  foldLive(live, demo.records.at(-1) as Rec);
  expect(JSON.stringify(live)).toBe(before);
});

describe('trap log', () => {
  test('the same trap of one process in a row is one row that counts', () => {
    const panic = live.traps.rows.find((row) => row.panic !== null);
    expect(panic).toMatchObject({ who: 'P1', code: 'CPU_FAULT', times: 4, panic: { from: 3, to: 2 } });
  });
  test('a trap is recovered at its process’s next progress, and says after how many of its own ticks', () => {
    const denied = live.traps.rows.find((row) => row.code === 'EACCES');
    expect(denied?.recovered).toBe(1);
  });
  test('a thrashing planner’s trap is open', () => {
    expect(live.traps.rows.filter(isOpen).map((row) => row.code)).toEqual(['THRASH_ROUTE']);
  });
});

describe('route thrashing', () => {
  test('what repeats, by target, from when to when', () => {
    expect(live.thrash.open).toMatchObject([{ who: 'P1', code: 'THRASH_ROUTE' }]);
    expect(live.thrash.repeats[1]).toMatchObject({ what: 'GOTO ANSWER.txt', sameQ: true, times: 4 });
    expect(live.thrash.episodes).toBe(1);
    expect(live.thrash.lastProgress?.what).toBe('GOTO ANSWER.txt');
  });
  test('progress ends the episode', () => {
    const planner = [...Array.from({ length: 5 }, () => replies.goto('h1')), replies.goto('h2')];
    const run = new DemoRun({ planner: (n) => planner[n], worker: () => undefined }).play();
    const after = fold(run.records);
    expect(after.thrash.episodes).toBe(1);
    expect(after.thrash.open).toEqual([]);
  });
});

describe('time line', () => {
  test('a column a tick; the worst mark wins', () => {
    expect(live.timeline.marks.length).toBe(live.kernel.tick);
    const at = (tick: number) => live.timeline.marks[tick - live.timeline.first];
    const panic = live.panic.spent[0];
    expect(at(panic?.tick ?? 0)).toBe('P');
    expect(at(live.thrash.open[0]?.tick ?? 0)).toBe('T');
  });
  test('levels rise to the limit, and the tick in flight is not yet counted', () => {
    expect(live.timeline.levels.slice(-5)).toBe('2457_');
  });
  test('R wherever the trap log says that a process has got over its trap', () => {
    const marks = live.timeline.marks;
    const recovered = live.traps.rows.filter((row) => row.recovered !== null);
    expect(recovered.length).toBeGreaterThan(2);
    expect([...marks].filter((mark) => mark === 'R').length).toBeGreaterThan(0);
    for (const row of recovered) expect(marks.slice(row.tick - live.timeline.first)).toMatch(/[RTPF]/);
  });
  test('a fault that strikes at once stands where it was commanded, and no trap of it before', () => {
    const run = new DemoRun({
      planner: (n) => [replies.goto('h1'), replies.map('sum r01')][n],
      worker: () => undefined,
    }).play();
    const target = run.asked()[0] as number;
    run.command({ command: 'inject', fault: { fault: 'brain.cut', target, times: 1 } });
    const { kernel } = fold(run.records);
    run.fail(target, 1);
    const { timeline, traps } = fold(run.records);
    expect(traps.rows[0]).toMatchObject({ code: 'CPU_FAULT', fault: 1 });
    expect(traps.rows[0]?.tick).toBeLessThan(kernel.tick);
    expect(timeline.marks[kernel.tick - timeline.first]).toBe('F');
    expect(timeline.marks).not.toContain('T');
  });
  test('what an operator revokes is O, not F; a trap on that tick is not hidden by it', () => {
    const run = new DemoRun({
      planner: (n) => [replies.goto('h1'), replies.goto('h9'), replies.goto('h2')][n],
      worker: () => undefined,
    }).play();
    const marks = () => {
      const { kernel, timeline } = fold(run.records);
      return { timeline, here: timeline.marks[kernel.tick - timeline.first] };
    };
    run.command({ command: 'revoke', pid: 1, handle: 'h2' });
    expect(marks().here).toBe('O');
    expect(marks().timeline.marks).not.toContain('F');
    run.fail(run.asked()[0] as number, 1);
    expect(marks().timeline.marks).toMatch(/T/);
  });
  test('it is bounded', () => {
    let line = noTimeline;
    for (let tick = 1; tick <= COLUMNS_KEPT + 50; tick += 1) {
      const rec = {
        class: 'event',
        kind: 'route.dispatched',
        pid: 1,
        tick,
        at: { view: 'sys://task' },
        seq: tick,
        ts: '',
        run: '',
      } as const;
      line = foldTimeline(line, rec, live.kernel, live.kernel);
    }
    expect(line.marks.length).toBe(COLUMNS_KEPT);
    expect(line.first).toBe(51);
  });
});

describe('denied asks', () => {
  test('are grouped by shape, with the nearest held handle and whether the frame had shown it', () => {
    expect(Object.values(live.denied.shapes)).toMatchObject([
      { shape: 'vfd://rw/<name>', need: 'w', times: 3, nearest: 'h1 r rows/', shown: true },
    ]);
  });
  test.each([
    ['h17', 'h<n>'],
    ['vfd://rw/ANSWER.txt', 'vfd://rw/<name>'],
    ['vfd://w/9c01/ANSWER.txt', 'vfd://w/<hex>/<name>'],
    ['vfd://w/out/ANSWER.txt', 'vfd://w/<dir>/<name>'],
    ['file:///etc/passwd', 'file://<name>'],
    ['rows/r01', '<path>'],
    ['ANSWER.txt', '<name>'],
  ])('%s has the shape %s', (asked, shape) => {
    expect(shapeOf(asked)).toBe(shape);
  });
});

test('panic budget: what was spent, on what, and what is left', () => {
  expect(live.panic).toMatchObject({ total: 3, left: 2, open: false, spent: [{ who: 'P1', left: 2 }] });
});

test('votes: ballots, flags and winners by step; joined maps are kept', () => {
  expect(live.votes.map((map) => map.map)).toEqual(['m1', 'm2']);
  const steps = live.votes[1]?.steps ?? [];
  expect(steps.map((step) => [step.state, step.value, step.ballots])).toEqual([
    ['won', '1040', 2],
    ['won', '1050', 2],
    ['won', '1060', 2],
  ]);
  expect(steps.reduce((sum, step) => sum + step.flags, 0)).toBeGreaterThan(0);
});

test('handles: uses and last use', () => {
  expect(live.handles['h2 rw ANSWER.txt']).toMatchObject({ revoked: 0 });
  expect(live.handles['h2 rw ANSWER.txt']?.uses).toBeGreaterThan(4);
});

describe('streams', () => {
  test('a reply grows by its deltas, and is what the brain said in the end', () => {
    const planner = live.streams[0];
    expect(planner?.replies.at(-1)).toMatchObject({ state: 'streaming', tokens: 26 });
    expect(planner?.replies.at(-1)?.text).toContain('to be sure.');
    expect(planner?.replies.at(-2)).toMatchObject({ state: 'complete', verdict: 'trap' });
  });
  test('foreign text is cleaned also where a sequence is split', () => {
    const run = new DemoRun({ planner: () => undefined, worker: () => undefined }).play();
    run.say(1, 'a\u001b]52;c;ev').say(1, 'il\u0007b\u001b[').say(1, '2Jc');
    expect(fold(run.records).streams[0]?.replies.at(-1)?.text).toBe('abc');
  });
  test('a reply whose blob is lost says so', () => {
    const run = new DemoRun({ planner: (n) => (n === 0 ? 'x' : undefined), worker: () => undefined }).play();
    const lost = run.records.map((record) =>
      record.kind === 'brain.replied'
        ? { ...record, text: { blob: 'f'.repeat(64), chars: 5000 } as unknown as string }
        : record,
    );
    expect(fold(lost).streams[0]?.replies[0]?.text).toContain('missing from the blob store');
  });
  test('a long stream keeps its end only', () => {
    const run = new DemoRun({ planner: () => undefined, worker: () => undefined }).play();
    for (let i = 0; i < 40; i += 1) run.say(1, `${i} `.repeat(300));
    const text = fold(run.records).streams[0]?.replies.at(-1)?.text ?? '';
    expect(text.length).toBeLessThan(16_000);
    expect(text.endsWith('39 39 ')).toBe(true);
  });
  test('ended workers are forgotten but for the last', () => {
    expect(live.streams.length).toBeLessThanOrEqual(13);
  });
});

describe('the run in one word', () => {
  const waiting = () => new DemoRun({ planner: () => undefined, worker: () => undefined }).play();
  test('running, paused, killed, gone', () => {
    const run = waiting();
    expect(runWord(fold(run.records), false)).toBe('RUNNING');
    expect(runWord(fold(run.records), true)).toBe('GONE');
    run.command({ command: 'pause' });
    expect(runWord(fold(run.records), false)).toBe('PAUSED');
    run.command({ command: 'kill' });
    expect(runWord(fold(run.records), true)).toBe('KILLED');
  });
  test('thrashing, from the trap on', () => {
    expect(runWord(live, false)).toBe('THRASHING');
  });
  test('panic, until the planner makes progress', () => {
    const run = new DemoRun({ planner: (n) => (n < 4 ? 'no json' : undefined), worker: () => undefined }).play();
    expect(runWord(fold(run.records), false)).toBe('PANIC');
  });
  test('a quiet stream has a reason', () => {
    expect(turnText(live, false)).toBe('P1 has the turn');
  });
});

test('elapsed time stands still in a pause and ends with the run', () => {
  const run = new DemoRun({ planner: () => undefined, worker: () => undefined }, { pace: 1000 }).play();
  run.command({ command: 'pause' });
  const paused = fold(run.records).info;
  expect(elapsedMs(paused, paused.lastMs + 60_000)).toBe(elapsedMs(paused));
  run.command({ command: 'unpause' });
  const on = fold(run.records).info;
  expect(elapsedMs(on, on.lastMs + 5000)).toBe(elapsedMs(on) + 5000);
  run.command({ command: 'kill' });
  const ended = fold(run.records).info;
  expect(elapsedMs(ended, ended.lastMs + 60_000)).toBe(elapsedMs(ended));
});

test('faults: armed, struck, recovered', () => {
  const run = new DemoRun({
    planner: (n) => [replies.goto('h1'), replies.goto('h2'), replies.map('sum r01')][n],
    worker: () => undefined,
  });
  run.command({ command: 'inject', fault: { fault: 'brain.cut', target: 'planner', times: 1 } });
  const armed = fold(run.records).faults;
  expect(armed).toMatchObject([{ id: 1, fault: 'brain.cut', target: 'planner', recovered: null }]);
  run.play();
  const struck = fold(run.records);
  expect(struck.faults[0]?.struck?.who).toBe('P1');
  // It struck the reply that was being written when it was commanded: F stands there, and is worse than O.
  expect(struck.timeline.marks[0]).toBe('F');
  expect(struck.traps.rows[0]).toMatchObject({ code: 'CPU_FAULT', fault: 1 });
});
