/** Lines of exact display width. Every text on the screen goes through here, and so through the sanitiser. */
import stringWidth from 'string-width';
import { oneLine } from '../store/sanitise.ts';
import type { Look, Style } from './look.ts';

/** Part of a line: a text, or a text with its style. */
export type Span = string | readonly [Style, string];

const ASCII = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter();

export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** The longest start of a text that is at most `width` columns wide. Grapheme clusters stay whole. */
export const takeColumns = (text: string, width: number): string => {
  if (ASCII.test(text)) return text.length <= width ? text : text.slice(0, Math.max(0, width));
  let used = 0;
  let taken = '';
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
};

/** What the terminal can show of a foreign text: one line, and `?` for what its locale does not have or it measures otherwise. */
const showable = (look: Look, text: string): string => {
  const clean = oneLine(text);
  if (ASCII.test(clean)) return clean;
  if (!look.unicode) return clean.replaceAll(/[^\x20-\x7e]/gu, '?');
  return look.wide ? clean.replaceAll(/[^\x20-\x7e]/gu, (char) => (isAmbiguous(char) ? '?' : char)) : clean;
};

const isAmbiguous = (char: string): boolean => stringWidth(char, { ambiguousIsNarrow: false }) > stringWidth(char);

/** The text, cut to `width` columns with a sign where something was cut off. */
export const cut = (look: Look, text: string, width: number): string => {
  const clean = showable(look, text);
  if (widthOf(clean) <= width) return clean;
  return width <= 1 ? takeColumns(clean, width) : takeColumns(clean, width - 1) + look.glyphs.more;
};

/** The end of a text, for a line that is being typed: what is typed next must be seen. */
export const cutStart = (look: Look, text: string, width: number): string => {
  const clean = showable(look, text);
  if (widthOf(clean) <= width) return clean;
  let room = width - 1;
  let kept = '';
  for (const { segment } of [...segmenter.segment(clean)].reverse()) {
    room -= widthOf(segment);
    if (room < 0) break;
    kept = segment + kept;
  }
  return look.glyphs.more + kept;
};

/** The text, cut or padded to `width` columns. */
export const fit = (look: Look, text: string, width: number): string => {
  const kept = cut(look, text, width);
  return kept + ' '.repeat(Math.max(0, width - widthOf(kept)));
};

/** The text at the right end of `width` columns. */
export const fitRight = (look: Look, text: string, width: number): string => {
  const kept = cut(look, text, width);
  return ' '.repeat(Math.max(0, width - widthOf(kept))) + kept;
};

export const spansWidth = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + widthOf(oneLine(typeof span === 'string' ? span : span[1])), 0);

/** Spans painted into at most `width` columns. */
const paintSpans = (look: Look, spans: readonly Span[], width: number): { text: string; width: number } => {
  let text = '';
  let used = 0;
  for (const span of spans) {
    const [style, raw] = typeof span === 'string' ? (['plain', span] as const) : span;
    const kept = cut(look, raw, width - used);
    if (kept === '') continue;
    used += widthOf(kept);
    text += look.paint(style, kept);
    if (used >= width) break;
  }
  return { text, width: used };
};

/**
 * One line of exactly `width` columns: `left` from the start, cut where it must be, `right` at the end. `right` is left out
 * where both do not fit and `left` would keep less than a third of the line.
 */
export const row = (
  look: Look,
  width: number,
  left: readonly Span[],
  right: readonly Span[] = [],
  fill = ' ',
): string => {
  if (width <= 0) return '';
  const wanted = right.length === 0 ? 0 : spansWidth(right) + 1;
  const room = wanted > 0 && width - wanted < Math.min(spansWidth(left), width / 3) ? 0 : wanted;
  const start = paintSpans(look, left, width - room);
  const end = room === 0 ? { text: '', width: 0 } : paintSpans(look, right, room - 1);
  const gap = Math.max(0, width - start.width - end.width);
  const filler = fill === ' ' ? ' '.repeat(gap) : look.paint('rule', fill.repeat(gap));
  return start.text + filler + end.text;
};

/** A text in lines of at most `width` columns, broken after a space, a comma or a colon where there is one near the end. */
export const wrap = (text: string, width: number): string[] => {
  if (width <= 0) return [];
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let rest = paragraph;
    while (widthOf(rest) > width) {
      let line = takeColumns(rest, width);
      // A single cluster wider than the line: it cannot be shown, and must not be tried for ever.
      if (line === '') {
        rest = rest.slice(1);
        continue;
      }
      if (rest[line.length] !== ' ') {
        const at = Math.max(line.lastIndexOf(' '), line.lastIndexOf(','), line.lastIndexOf(':'));
        if (at > line.length * 0.6) line = line.slice(0, at + 1);
      }
      rest = rest.slice(line.length);
      if (rest.startsWith(' ')) rest = rest.slice(1);
      lines.push(line);
    }
    lines.push(rest);
  }
  return lines;
};

/** Exactly `height` lines of `width` columns: cut, or filled with blank ones. */
export const block = (lines: readonly string[], width: number, height: number): string[] => {
  const blank = ' '.repeat(Math.max(0, width));
  return Array.from({ length: Math.max(0, height) }, (_, i) => lines[i] ?? blank);
};
