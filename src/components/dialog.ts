/** A box over the panes: a question, a list of keys, one trap in full. */
import type { Look } from './look.ts';
import { row, type Span } from './text.ts';

export interface DialogContent {
  title: string;
  lines: readonly (readonly Span[])[];
  /** Keys at the bottom edge. */
  keys: string;
  /** First line shown; clamped to what there is. */
  scroll?: number;
}

export interface DialogPlace {
  x: number;
  y: number;
  width: number;
  lines: string[];
}

/** Lines of content that fit into a box on a screen of so many rows: two are its edges, four stay free around it. */
export const dialogRoom = (rows: number): number => Math.max(1, rows - 6);

/** Where a scrolled box may begin, so that its last line stays at its end. */
export const clampScroll = (scroll: number, count: number, rows: number): number =>
  Math.max(0, Math.min(scroll, count - dialogRoom(rows)));

/** The box, centred over `columns` × `rows`; cut where it does not fit. */
export const dialog = (
  look: Look,
  columns: number,
  rows: number,
  wanted: number,
  content: DialogContent,
): DialogPlace => {
  // A strip of a column or two beside it would only show scraps of what is under it.
  const width = columns - wanted < 8 ? columns : wanted;
  const inner = width - 4;
  const room = dialogRoom(rows);
  const { bar, heavy } = look.glyphs;
  const side = look.paint('focus', bar);
  const from = clampScroll(content.scroll ?? 0, content.lines.length, rows);
  const body = content.lines.slice(from, from + room).map((line) => `${side} ${row(look, inner, line)} ${side}`);
  const below = content.lines.length - from - room;
  const hidden = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below` : ''].filter((part) => part !== '');
  const edge = (text: string, sign = ''): string =>
    row(
      look,
      width,
      [
        ['focus', `${heavy} `],
        ['focus', text],
        ['focus', ' '],
      ],
      [
        ['warn', sign === '' ? '' : ` ${sign} `],
        ['focus', heavy],
      ],
      heavy,
    );
  const lines = [edge(content.title), ...body, edge(content.keys, hidden.join(', '))];
  return { x: Math.floor((columns - width) / 2), y: Math.max(0, Math.floor((rows - lines.length) / 2)), width, lines };
};
