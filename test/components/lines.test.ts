import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { capsPane, holdersWithin } from '../../src/components/caps-pane.ts';
import { historyLine, panicLine, thrashLine } from '../../src/components/gauges.ts';
import { headerLine } from '../../src/components/header.ts';
import { lookFromEnvironment, makeLook } from '../../src/components/look.ts';
import { plannerPane } from '../../src/components/planner-pane.ts';
import { processesPane } from '../../src/components/processes-pane.ts';
import { stackPane } from '../../src/components/stack-pane.ts';
import { cut, cutStart, fit, row, takeColumns, wrap } from '../../src/components/text.ts';
import { timelinePane } from '../../src/components/timeline-pane.ts';
import { trapsPane } from '../../src/components/traps-pane.ts';
import { votesPane } from '../../src/components/votes-pane.ts';
import { gauge, shortCount, shortTime, sparkline } from '../../src/components/widgets.ts';
import { workersPane } from '../../src/components/workers-pane.ts';
import { emptyLive, foldLive, type LiveState } from '../../src/store/live-state.ts';
import { runWord } from '../../src/store/run-status.ts';
import { DemoRun, eventfulRun, replies } from '../store/demo-run.ts';

const look = makeLook({ colours: true, unicode: true });
const plain = makeLook({ colours: false, unicode: false });
const live = eventfulRun().records.reduce(foldLive, emptyLive);
const strip = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, '');

const panes = (state: LiveState) => {
  const list = { focused: true, scroll: 0, filter: '', joint: true, live: state };
  return {
    planner: (w: number, h: number) =>
      plannerPane(look, w, h, { live: state, focused: true, scroll: 0, search: '', gone: false }),
    tabs: (w: number, h: number) =>
      workersPane(look, w, h, { ...list, search: '', gone: false, tiled: false, tab: 2, page: 0 }),
    tiles: (w: number, h: number) =>
      workersPane(look, w, h, { ...list, search: '', gone: true, tiled: true, tab: 2, page: 0 }),
    processes: (w: number, h: number) => processesPane(look, w, h, list),
    capabilities: (w: number, h: number) => capsPane(look, w, h, { ...list, sort: 'id' }),
    votes: (w: number, h: number) => votesPane(look, w, h, list),
    traps: (w: number, h: number) => trapsPane(look, w, h, { ...list, traps: state.traps, selected: null }),
    stack: (w: number, h: number) => stackPane(look, w, h, list),
  };
};

const hostile = (): LiveState => {
  const text = `{"q":"日本語のとても長い文 \u001b]0;x\u0007 ${'👩‍👩‍👧'.repeat(20)} e\u0301\u0301 ${'x'.repeat(300)}","mind":[],"world":{"op":"SYS_GOTO","cap":"日本\u001b[2J語"}}`;
  return new DemoRun({ planner: (n) => (n < 6 ? text : undefined), worker: () => undefined })
    .play()
    .records.reduce(foldLive, emptyLive);
};

describe.each([
  ['nothing yet', emptyLive],
  ['an eventful run', live],
  ['a hostile planner', hostile()],
])('%s', (_, state) => {
  test.each(Object.entries(panes(state)))(
    '%s: every line is exactly as wide as its place, at any size',
    (_name, pane) => {
      for (const [width, height] of [
        [120, 14],
        [76, 8],
        [60, 10],
        [44, 8],
        [40, 7],
        [30, 5],
        [20, 3],
        [9, 2],
      ] as const) {
        const lines = pane(width, height);
        expect(lines.length).toBe(height);
        for (const line of lines) expect([width, stringWidth(line)]).toEqual([width, width]);
      }
    },
  );
  test('nothing but colours and attributes reaches the terminal', () => {
    for (const pane of Object.values(panes(state))) {
      expect(strip(pane(76, 12).join(''))).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  });
});

test('a text is cut by columns, never through a wide or combined character', () => {
  expect(takeColumns('日本語', 5)).toBe('日本');
  expect(takeColumns('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301e\u0301');
  expect(cut(look, 'abcdef', 4)).toBe('abc…');
  expect(fit(plain, 'abcdef', 4)).toBe('abc~');
  expect(fit(look, '日本語', 4)).toBe('日… ');
  expect(stringWidth(row(look, 10, ['日本語', ['error', 'x']], ['右']))).toBe(10);
});

test('text is wrapped after a space or a comma near the end, and no character is lost', () => {
  const text = '{"q":"Result 13720 received","mind":[],"world":{"op":"SYS_GOTO"}}';
  const lines = wrap(text, 24);
  expect(lines.every((line) => line.length <= 24)).toBe(true);
  expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  expect(wrap('日'.repeat(10), 5)).toEqual(['日日', '日日', '日日', '日日', '日日']);
  expect(wrap('x'.repeat(100_000), 50).length).toBe(2000);
});

describe('header', () => {
  const header = (width: number, names: { planner: string; worker: string; simulated?: boolean }) => {
    const run = eventfulRun({ brains: names });
    const state = run.records.reduce(foldLive, emptyLive);
    return strip(headerLine(look, width, { live: state, word: 'THRASHING', held: null, kernelPid: 4411 }));
  };
  test.each([60, 64, 72, 80, 100, 120])('the embedded models’ names are whole at %i columns', (width) => {
    const line = header(width, { planner: 'tiny', worker: 'tiny-early' });
    expect(line).toMatch(/P tiny +W tiny-early\b/);
    expect(line.trimEnd()).toMatch(/LIVE {2}THRASHING$/);
  });
  test('simulated brains are always called SIM', () => {
    expect(header(60, { planner: 'qwen3', worker: 'kimi', simulated: true })).toMatch(/P SIM +W SIM/);
  });
  test('long names give way', () => {
    const line = header(80, { planner: 'kimi-k2-turbo-preview-0905', worker: 'qwen3-coder:30b-a3b-instruct' });
    expect(stringWidth(line)).toBe(80);
    expect(line).toContain('t45');
  });
  test.each([40, 60, 80, 100, 120])(
    'a run without a sandbox says so at %i columns, one with it says nothing',
    (width) => {
      const [first, ...rest] = eventfulRun().records;
      if (first?.kind !== 'run.started') throw new Error('no start');
      const unfenced = { ...first, world: { ...first.world, sandbox: 'none' as const } };
      const state = [unfenced, ...rest].reduce(foldLive, emptyLive);
      const line = (of: LiveState) =>
        strip(headerLine(look, width, { live: of, word: 'RUNNING', held: null, kernelPid: 1 }));
      expect(line(state)).toContain('NO SANDBOX');
      expect(line(live)).not.toContain('SANDBOX');
    },
  );
  test.each([60, 64, 72, 80, 100, 120, 160])('that SIM was at work before a swap is told at %i columns', (width) => {
    const state = eventfulRun({ brains: { planner: 'SIM', worker: 'SIM', simulated: true } });
    const live = state.records.reduce(foldLive, emptyLive);
    const swap = (role: 'planner' | 'worker', name: string) =>
      ({ ...state.records.at(-1), kind: 'brain.swapped', role, brain: { name, simulated: false } }) as never;
    const line = (of: LiveState) =>
      strip(headerLine(look, width, { live: of, word: 'RUNNING', held: null, kernelPid: 1 }));
    const half = foldLive(live, swap('worker', 'tiny'));
    // It still sits in a seat, and is named there.
    expect(line(half)).toMatch(/P SIM +W tiny\b/);
    expect(line(half)).not.toContain('before');
    const whole = foldLive(half, swap('planner', 'kimi-k2'));
    expect(line(whole)).toMatch(/P kimi-k2 +W tiny\b.*( <SIM|\(SIM before\)) /);
    expect(line(foldLive(whole, swap('worker', 'SIM')))).toMatch(/W SIM\b|<tiny/);
  });
  test('a held view says how far it lags', () => {
    const stopped = { live, word: 'WAITING' as const, held: null, kernelPid: 77, stopped: true };
    expect(strip(headerLine(look, 200, stopped))).toContain('kernel 77 stopped');
    expect(strip(headerLine(look, 80, { live, word: 'RUNNING', held: 14, kernelPid: null }))).toContain('HELD -14t');
  });
});

describe('gauges', () => {
  test('route thrashing: the limit, the trap, what repeats', () => {
    expect(strip(thrashLine(look, 120, live))).toMatch(
      /THRASH +\[████\] 4\/4 TRAP +P1 t41-44 x4: GOTO ANSWER\.txt, q same +episodes 1 +longest 4/,
    );
  });
  test('what came once does not repeat: the count begins with the second time', () => {
    const once = new DemoRun({
      planner: (n) => (n === 0 ? replies.map('sum r01') : undefined),
      worker: () => undefined,
    })
      .play()
      .records.reduce(foldLive, emptyLive);
    expect(strip(thrashLine(look, 80, once))).toMatch(/THRASH +\[----\] 0\/4 +nothing repeats/);
    // All that repeats is that nobody gets anywhere.
    const { kernel, thrash } = once;
    const tick = (thrash.lastProgress?.tick ?? 0) + 18;
    const nowhere = { ...once, kernel: { ...kernel, tick } };
    expect(strip(thrashLine(look, 80, nowhere))).toMatch(/THRASH +\[----\] 0\/4 +no progress for 18 ticks/);
    expect(runWord(nowhere, false)).toBe('THRASHING');
    expect(runWord({ ...once, kernel: { ...kernel, tick: tick - 1 } }, false)).not.toBe('THRASHING');
  });
  test('a route that comes again with another in between is said to', () => {
    const ops = [replies.goto('h1'), replies.goto('h2'), replies.goto('h1'), replies.goto('h2'), replies.goto('h1')];
    const state = new DemoRun({ planner: (n) => ops[n], worker: () => undefined })
      .play()
      .records.reduce(foldLive, emptyLive);
    expect(strip(thrashLine(look, 80, state))).toMatch(/THRASH +\[██--\] 2\/4 +P1 GOTO rows\/ x2, not in a row/);
  });
  test('its history and the last progress', () => {
    expect(strip(historyLine(look, 80, live))).toMatch(/hist .*▃▄▅▇_ +stall \d\/6 +last progress t40/);
  });
  test('the panic budget, what it was spent on, the streak', () => {
    expect(strip(panicLine(plain, 120, live))).toMatch(
      /PANIC +\[##-\] 2 of 3 left +spent: t22 P1 CPU_FAULT.* streak P1 \[#---\] 1\/4/,
    );
  });
  test('of two spendings without room for both, the newest is told', () => {
    const spent = [76, 80].map((tick, i) => ({ tick, pid: 1, who: 'P1', why: 'a reason of some length', left: 1 - i }));
    const both = { ...live, panic: { ...live.panic, spent } };
    expect(strip(panicLine(plain, 120, both))).toMatch(/spent: t80 P1 a reason of some length +streak/);
    expect(strip(panicLine(plain, 120, both))).not.toContain('t76');
    const long = { ...live, panic: { ...live.panic, spent: spent.map((one) => ({ ...one, why: 'x'.repeat(60) })) } };
    expect(strip(panicLine(plain, 120, long))).toMatch(/spent: t80 P1 x+~ +streak/);
  });
  test('of a long line that is typed the end is seen', () => {
    expect(cutStart(plain, 'a short one', 20)).toBe('a short one');
    expect(cutStart(plain, 'abcdefghij', 5)).toBe('~ghij');
    expect(cutStart(look, `${'日'.repeat(9)}本x`, 6)).toMatch(/^.日本x$/u);
    expect(stringWidth(cutStart(look, `${'日'.repeat(9)}本x`, 7))).toBeLessThanOrEqual(7);
  });
  test('a gauge is full only when it is, and empty only at nothing', () => {
    expect(gauge(plain, 0, 4, 4)).toBe('[----]');
    expect(gauge(plain, 1, 100, 4)).toBe('[#---]');
    expect(gauge(plain, 99, 100, 4)).toBe('[###-]');
    expect(gauge(plain, 100, 100, 4)).toBe('[####]');
  });
  test('sparklines have an ASCII form', () => {
    expect(sparkline(plain, '07_', 5)).toBe('  .#_');
    expect(sparkline(look, '07_', 3)).toBe('▁▇_');
  });
  test('numbers and times are short', () => {
    expect([999, 1234, 41_499, 1_250_000].map(shortCount)).toEqual(['999', '1.2k', '41k', '1.3M']);
    expect([4000, 724_000, 11_220_000].map(shortTime)).toEqual(['4s', '12m04s', '3h07m']);
  });
});

test('a tick of three digits keeps its distance from the text', () => {
  const many = new DemoRun(
    { planner: (n) => (n < 101 ? `no ${n}` : undefined), worker: () => undefined },
    {
      policy: { panicBudget: 99 },
    },
  )
    .play()
    .records.reduce(foldLive, emptyLive);
  const text = plannerPane(look, 60, 12, { live: many, focused: true, scroll: 0, search: '', gone: false })
    .map(strip)
    .join('\n');
  expect(text).toContain('! t101 no 100');
});

describe('time line', () => {
  const lines = (width: number, at: number | null) =>
    timelinePane(plain, width, 4, { timeline: live.timeline, focused: false, back: 0, at, held: at !== null }).map(
      strip,
    );
  test('marks and levels stand above their ticks', () => {
    const [head = '', marks = '', , scale = ''] = lines(120, null);
    expect(head).toContain('t1-t45, following');
    expect(marks.indexOf('P') - 7).toBe(21);
    expect(scale.indexOf('t10')).toBe(7 + 9);
  });
  test('a narrow one shows the end, and moves to what is pointed at', () => {
    expect(lines(30, null)[0]).toContain('t23-t45');
    expect(lines(30, 3)[3]).toContain('^');
    expect(lines(30, 3)[0]).toContain('held');
  });
});

test('colours go with NO_COLOR, glyphs with the locale; signs stay', () => {
  const bare = lookFromEnvironment({ NO_COLOR: '1', LANG: 'C' });
  const text = trapsPane(bare, 100, 9, {
    focused: true,
    scroll: 0,
    filter: '',
    joint: false,
    traps: live.traps,
    selected: null,
  }).join('\n');
  expect(text).not.toMatch(/\u001b\[[\d;]*3\d/);
  expect(text).not.toMatch(/[^\u0000-\u007f]/);
  expect(text).toContain('open');
  expect(lookFromEnvironment({ LANG: 'C', LC_ALL: 'en_GB.UTF-8' }).glyphs.full).toBe('█');
});

test('where the locale is ASCII, foreign text is too', () => {
  expect(fit(plain, 'déjà 日本', 10)).toBe('d?j? ??   ');
});

test('more holders than there is room for are counted, not cut', () => {
  expect(holdersWithin({ planners: [1], workers: [4, 5, 6, 7] }, 8)).toBe('P1 w4-7');
  expect(holdersWithin({ planners: [1], workers: [4, 6, 8, 10] }, 8)).toBe('P1 w4 +3');
  expect(holdersWithin({ planners: [1], workers: [4, 6, 8, 10] }, 10)).toBe('P1 w4 +3');
  expect(holdersWithin({ planners: [], workers: [104, 106, 108] }, 8)).toBe('w104 +2');
  expect(holdersWithin({ planners: [10_001], workers: [10_002, 10_005] }, 8)).toBe('x3');
});
