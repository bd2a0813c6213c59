import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { frameContent, type TextOptions } from '../../src/components/inspect/frame-content.ts';
import { inspectHeader } from '../../src/components/inspect/inspect-header.ts';
import {
  cleanLines,
  linesPane,
  matchesIn,
  type PaneContent,
  type PaneLine,
  type PaneState,
  textOfSpans,
  visible,
} from '../../src/components/inspect/lines-pane.ts';
import { replyContent } from '../../src/components/inspect/reply-content.ts';
import {
  decisionContent,
  diffContent,
  stateContent,
  thenContent,
} from '../../src/components/inspect/small-contents.ts';
import { ticksPane } from '../../src/components/inspect/ticks-pane.ts';
import { makeLook } from '../../src/components/look.ts';
import { recordsSource } from '../../src/replay/records-source.ts';
import type { Rec } from '../../src/store/record.ts';
import { tickRows } from '../../src/store/tick-rows.ts';
import { type TickView, tickView } from '../../src/store/tick-view.ts';
import { runs } from '../helpers/fc.ts';
import { eventfulRun } from '../store/demo-run.ts';
import { played, reply } from '../store/tick-run.ts';

const plain = makeLook({ colours: false, unicode: true });
const sourceOf = (records: readonly Rec[]) => recordsSource({ format: 'turingos', name: 'demo', records });
const viewOf = async (records: readonly Rec[], tick: number): Promise<TickView> => {
  const view = await tickView(sourceOf(records), tick);
  if (view === undefined) throw new Error(`no tick ${tick}`);
  return view;
};
const eventful = eventfulRun().records;
const bare = (line: string): string => line.replaceAll(/\u001b\[[\d;]*m/g, '');
const text = (lines: readonly PaneLine[]): string[] => lines.map(({ spans }) => textOfSpans(spans).trimEnd());
const asRead = (width: number, more: Partial<TextOptions> = {}): TextOptions => ({
  width,
  raw: false,
  wrap: true,
  ...more,
});
const still: PaneState = { focused: false, joint: true, scroll: 0, side: 0, search: '' };

const EVIL = '\u001b]52;c;ZXZpbA==\u0007\u001b[2Jevil\u202e 日本語\u0000\u009b1;1H';
const hostile = played({
  replies: [`${EVIL}{"q":"${EVIL}`, reply({ op: 'SYS_GOTO', cap: EVIL })],
  goal: `${EVIL} goal`,
});

const contentsOf = (view: TickView, width: number, raw: boolean): PaneContent[] => [
  frameContent(view, asRead(width, { raw, wrap: !raw })),
  replyContent(view, asRead(width, { raw, wrap: !raw })),
  decisionContent(view, width),
  stateContent(view, width),
  diffContent(view, width, !raw),
  thenContent(view, width),
];

test.each([120, 80, 57, 31])(
  'at %i columns every line is as wide as its pane, whatever stands in it',
  async (width) => {
    for (const [records, ticks] of [
      [eventful, [1, 2, 7, 8, 20, 22, 44, 45]],
      [hostile, [1, 2, 3]],
    ] as const) {
      const rows = new Map((await tickRows(sourceOf(records), 1, 50)).map((row) => [row.tick, row]));
      for (const tick of ticks) {
        const view = await viewOf(records, tick);
        const lines = [
          ...contentsOf(view, width - 2, tick % 2 === 0).flatMap((content) =>
            linesPane(plain, width, 9, { ...still, search: 'e', side: tick }, content),
          ),
          ...ticksPane(plain, width, 12, {
            rows,
            tick,
            last: view.of.tick,
            focused: true,
            filter: '',
            only: null,
            more: false,
          }),
          ...inspectHeader(plain, width, view, false),
        ];
        for (const line of lines) {
          expect(stringWidth(line)).toBe(width);
          expect(bare(line)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
        }
      }
    }
  },
);

describe('the header', () => {
  test('of an older tick of a run that goes on does not call it live, and tells when the records beside it came', async () => {
    const view = await viewOf(eventful, 7);
    const line = bare(inspectHeader(plain, 120, view, true)[0] ?? '');
    expect(line).toContain(`HELD -${view.of.tick - 7}t`);
    expect(line).not.toContain('LIVE');
    const decided = eventful.find(({ seq }) => seq === view.decision[0]?.seq);
    const dispatched = eventful.find((rec) => rec.kind === 'route.dispatched' && rec.tick === 7);
    expect(decided?.ts).not.toBe(dispatched?.ts);
    expect(line).toContain(decided?.ts.slice(11, 23));
  });
});

test('half of a panic budget of two is half a gauge', async () => {
  const view = await viewOf(eventful, 7);
  const half = { ...view, after: { ...view.after, panic: { ...view.after.panic, left: 1, total: 2 } } };
  expect(bare(inspectHeader(makeLook({ colours: false, unicode: false }), 120, half, false)[1] ?? '')).toContain(
    'PANIC [#-] 1/2',
  );
});

describe('the raw reply', () => {
  test('points at the handle that is not in the frame, however the line is broken', async () => {
    const view = await viewOf(eventful, 7);
    for (const width of [80, 44, 30, 17]) {
      const lines = text(replyContent(view, asRead(width)).body);
      const pointed = lines.flatMap((line, i) => {
        const [signs] = /\^+/.exec(line) ?? [];
        const from = line.indexOf('^');
        return signs === undefined ? [] : [(lines[i - 1] ?? '').slice(from, from + signs.length)];
      });
      expect(pointed.join('')).toBe('vfd://rw/ANSWER.txt');
      expect(lines.join(' ')).toMatch(/not in\s+frame/);
    }
  });
  test('wide characters before it do not move the pointer away', async () => {
    const records = played({ replies: [reply({ op: 'SYS_GOTO', cap: 'h9' }, '日本語')] });
    const lines = text(replyContent(await viewOf(records, 1), asRead(80)).body);
    const at = lines.findIndex((line) => line.includes('^'));
    const before = (lines[at - 1] ?? '').split('h9')[0] ?? '';
    expect(lines[at]?.indexOf('^')).toBe(stringWidth(before));
  });
  test('raw shows what is never drawn, on the lines that it came in', async () => {
    const view = await viewOf(hostile, 1);
    const [line = ''] = text(replyContent(view, asRead(30, { raw: true, wrap: false })).body);
    expect(line).toContain('\\x1b]52;c;ZXZpbA==\\x07\\x1b[2Jevil\\u{202e} 日本語\\x00\\x9b1;1H');
    expect(visible('a\nb\tc')).toBe('a\nb\\x09c');
  });
});

test('the frame names what was clipped and what it never showed; its own words are marked', async () => {
  const caps = Array.from({ length: 32 }, (_, i) => ({
    rights: 'r' as const,
    target: `a/long/way/down/to/file-${i}.txt`,
  }));
  const view = await viewOf(played({ replies: [], caps, goal: 'x'.repeat(3000) }), 1);
  const { body, foot = [], rest = [] } = frameContent(view, asRead(60));
  expect(textOfSpans(rest)).toMatch(/^P1 saw [\d,]+ of 4,096, \d clips$/);
  expect(text(foot).join(' ')).toMatch(/CLIPPED +task [\d,]+ chars \(sys:\/\/task\)/);
  expect(text(foot).join(' ')).toMatch(/NEVER SHOWN TO P1 +h\d+ r a\/long.* and \d+ more/);
  expect(text(body)).toContain('[hold]');
  expect(text(body).join('\n')).toMatch(/~~ clipped [\d,]+ chars, sys:\/\/page\/p\d+ ~~/);
});

test('handles stand beside the URLs that the brain saw', async () => {
  const view = await viewOf(played({ replies: [], policy: { handleStyle: 'url' } }), 1);
  expect(text(frameContent(view, asRead(100)).body).join('\n')).toMatch(
    /vfd:\/\/rw\/[0-9a-f]+\/ANSWER\.txt rw .* {2}<- h2/,
  );
});

describe('a pane of lines', () => {
  const body = Array.from({ length: 30 }, (_, i): PaneLine => ({ spans: [`line ${i}`], seq: 100 + i }));
  const content: PaneContent = { name: '3 DECISION', body, foot: [{ spans: ['the foot'] }] };
  const pane = (state: Partial<PaneState>) =>
    linesPane(plain, 40, 8, { ...still, joint: false, ...state }, content).map((line) => bare(line).trimEnd());
  test('keeps its foot in sight, says what is out of it, and stops at its end', () => {
    expect(pane({}).slice(1)).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'the foot']);
    expect(pane({})[0]).toMatch(/24 below/);
    expect(pane({ scroll: 999 })).toContain('line 29');
    expect(pane({ scroll: 999 })[0]).toMatch(/24 above/);
  });
  test('keeps the selected record in sight, with a sign', () => {
    expect(pane({ selected: 120 })).toContain('>line 20');
  });
  test('marks what is searched for, without colours too', () => {
    const lines = linesPane(plain, 40, 8, { ...still, search: 'LINE 3' }, content);
    expect(lines.join('')).toContain('\u001b[7mline 3\u001b[27m');
    expect(matchesIn(body, 'line 2')).toEqual([2, ...Array.from({ length: 10 }, (_, i) => 20 + i)]);
    expect(lines.join('')).not.toMatch(/\u001b\[(?:[\d;]*;)?3\d/);
  });
});

test('wrapped lines hold the whole text, and none is wider than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 4, max: 40 }), (any, width) => {
      const lines = cleanLines(any, width);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(cleanLines(any, 0).join('').replaceAll(' ', ''));
    }),
    { numRuns: runs },
  );
});

test('64 KiB on one line are wrapped without being measured again and again', () => {
  const long = `${'word, '.repeat(5000)}${'日'.repeat(15_000)}`;
  expect(cleanLines(long, 40).length).toBeGreaterThan(1400);
});
