/** A pane of prepared lines: a rule with its name, a window of the lines, and what stays at its foot however it is scrolled. */
import { oneLine, sanitise } from '../../store/sanitise.ts';
import { filterTitle, searchOf } from '../filter.ts';
import type { Look, Style } from '../look.ts';
import { block, row, type Span, takeColumns, widthOf } from '../text.ts';
import { title, windowAt } from '../widgets.ts';

export interface PaneLine {
  spans: readonly Span[];
  /** Seq of the record that it tells of. */
  seq?: number;
}

/** What a pane shows, at one width. */
export interface PaneContent {
  /** With the digit that focuses it: `1 FRAME`. */
  name: string;
  rest?: readonly Span[];
  right?: readonly Span[];
  body: readonly PaneLine[];
  /** Kept in sight where both fit, else as far as it takes no more than half; the rest follows the body. */
  foot?: readonly PaneLine[];
}

export interface PaneState {
  focused: boolean;
  /** It has a neighbour at its left. */
  joint: boolean;
  /** First line shown; clamped to what there is. */
  scroll: number;
  /** Columns that lines are moved to the left. */
  side: number;
  /** Patterns whose places are marked (filter.ts); '' for none. */
  search: string;
  /** Seq of the selected record; its lines stay in sight. */
  selected?: number;
}

/** Below this a foot would leave too little of the body. */
const MIN_SPLIT = 10;

const BLANK: PaneLine = { spans: [''] };

/** Which lines scroll, and which stay. */
const split = ({ body, foot = [] }: PaneContent, height: number) => {
  const half = Math.floor((height - 1) / 2);
  if (foot.length <= Math.max(half, height - 1 - body.length)) return { moving: body, fixed: foot };
  const kept = height >= MIN_SPLIT ? half : 0;
  return { moving: [...body, BLANK, ...foot.slice(kept)], fixed: foot.slice(0, kept) };
};

/** The lines that scroll: what a search looks through and a selection counts in. */
export const movingLines = (content: PaneContent, height: number): readonly PaneLine[] => split(content, height).moving;

/** The last place to scroll to. */
export const maxScroll = (content: PaneContent, height: number): number => {
  const { moving, fixed } = split(content, height);
  return Math.max(0, moving.length - Math.max(1, height - 1 - fixed.length));
};

/** @returns exactly `height` lines of `width` columns */
export const linesPane = (
  look: Look,
  width: number,
  height: number,
  state: PaneState,
  content: PaneContent,
): string[] => {
  const { focused, joint, search, side, selected } = state;
  const { moving, fixed } = split(content, height);
  const room = Math.max(0, height - 1 - fixed.length);
  const cursor = selected === undefined ? -1 : moving.findIndex((line) => line.seq === selected);
  const from =
    cursor === -1 ? Math.max(0, Math.min(state.scroll, moving.length - room)) : windowAt(moving.length, room, cursor);
  const below = moving.length - from - room;
  const hidden = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below` : ''].filter((text) => text !== '');
  const head = title(look, width, {
    name: content.name,
    focused,
    ...(joint ? { joint: look.glyphs.cross } : {}),
    rest: [...(content.rest ?? []), ...(search === '' ? [] : [['warn', ` ${filterTitle(searchOf(search))}`] as const])],
    right: [...(content.right ?? []), ['dim', hidden.length === 0 ? '' : ` ${hidden.join(', ')}`]],
  });
  const inner = Math.max(0, width - (joint ? 1 : 0));
  const bar = joint ? look.paint('rule', look.glyphs.bar) : '';
  const paint = ({ spans }: PaneLine, at: boolean): string => {
    const moved = side === 0 ? spans : withoutColumns(spans, side);
    const marked = search === '' ? moved : withMatches(moved, search);
    return row(look, inner, selected === undefined ? marked : [[at ? 'select' : 'plain', at ? '>' : ' '], ...marked]);
  };
  const lines = block(
    moving.slice(from, from + room).map((line, i) => paint(line, from + i === cursor)),
    inner,
    room,
  );
  return [head, ...[...lines, ...fixed.map((line) => paint(line, false))].map((line) => bar + line)].slice(0, height);
};

export const textOfSpans = (spans: readonly Span[]): string =>
  spans.map((span) => (typeof span === 'string' ? span : span[1])).join('');

/** Indexes of the lines that fit what is searched for (filter.ts). */
export const matchesIn = (lines: readonly PaneLine[], search: string): number[] => {
  const { test, problem } = searchOf(search);
  if (search.trim() === '' || problem !== '') return [];
  return lines.flatMap((line, i) => (test(textOfSpans(line.spans)) ? [i] : []));
};

const withMatches = (spans: readonly Span[], search: string): Span[] => {
  const { places } = searchOf(search);
  return spans.flatMap((span): Span[] => {
    const [style, text]: readonly [Style, string] = typeof span === 'string' ? ['plain', span] : span;
    const parts: Span[] = [];
    let at = 0;
    for (const [start, end] of places(text)) {
      parts.push([style, text.slice(at, start)], ['select', text.slice(start, end)]);
      at = end;
    }
    return [...parts, [style, text.slice(at)]];
  });
};

const withoutColumns = (spans: readonly Span[], columns: number): Span[] => {
  let left = columns;
  return spans.map((span): Span => {
    const [style, raw]: readonly [Style, string] = typeof span === 'string' ? ['plain', span] : span;
    const text = oneLine(raw);
    const taken = takeColumns(text, left);
    left -= Math.min(left, widthOf(text));
    return [style, text.slice(taken.length)];
  });
};

/** A foreign text in clean lines: wrapped, or with `width` 0 as its own line breaks have it. */
export const cleanLines = (text: string, width: number): string[] => {
  const lines = sanitise(text).split('\n');
  return width === 0 ? lines : lines.flatMap((line) => wrapped(line, width));
};

const BREAKS = /[ ,]/;
/** UTF-16 units that a column takes at most: a pair, with as many marks as the sanitiser leaves. */
const UNITS = 8;

/**
 * Lines of at most `width` columns, broken after a blank or a comma where one is near the end: not after a colon, which
 * stands within handles. Only the next line's worth is ever measured, since replies may be one line of 64 KiB.
 */
const wrapped = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width || widthOf(rest) > width) {
    let line = takeColumns(rest.slice(0, width * UNITS), width);
    // A cluster wider than the line cannot be shown, and must not be tried for ever.
    if (line === '') {
      rest = rest.slice(1);
      continue;
    }
    if (line.length === rest.length) break;
    if (rest[line.length] !== ' ') {
      for (let at = line.length - 1; at > line.length * 0.5; at -= 1) {
        if (!BREAKS.test(line[at] as string)) continue;
        line = line.slice(0, at + 1);
        break;
      }
    }
    lines.push(line);
    rest = rest.slice(line.length);
    if (rest.startsWith(' ')) rest = rest.slice(1);
  }
  return [...lines, rest];
};

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;

/** A text with what is never drawn made visible: `\x1b`, `\u{202e}`. Its line breaks stay. */
export const visible = (text: string): string =>
  text.replaceAll(HIDDEN, (char) => {
    const code = char.codePointAt(0) as number;
    if (char === '\n') return char;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });

/** `name` in a column of its own, then a text that wraps beside it. */
export const field = (name: Span, text: string, width: number, indent: number, style: Style = 'plain'): PaneLine[] => {
  const label = typeof name === 'string' ? name : name[1];
  const lines = cleanLines(text.replaceAll('\n', ' '), Math.max(8, width - indent));
  return lines.map((line, i) => ({
    spans: [
      i === 0
        ? typeof name === 'string'
          ? label.padEnd(indent)
          : [name[0], label.padEnd(indent)]
        : ' '.repeat(indent),
      [style, line],
    ],
  }));
};
