/** A box over the panes: a question, a list of keys, one trap in full. */
import type { Look } from './look.ts';
import { fit, row, type Span } from './text.ts';

export interface DialogContent {
  title: string;
  lines: readonly (readonly Span[])[];
  /** Keys at the bottom edge. */
  keys: string;
}

export interface DialogPlace {
  x: number;
  y: number;
  width: number;
  lines: string[];
}

/** The box, centred over `columns` × `rows`; cut where it does not fit. */
export const dialog = (
  look: Look,
  columns: number,
  rows: number,
  wanted: number,
  content: DialogContent,
): DialogPlace => {
  const width = Math.min(columns, wanted);
  const inner = width - 4;
  const room = Math.max(1, rows - 4);
  const { bar, heavy } = look.glyphs;
  const side = look.paint('focus', bar);
  const body = content.lines.slice(0, room - 2).map((line) => `${side} ${row(look, inner, line)} ${side}`);
  const edge = (text: string): string =>
    look.paint(
      'focus',
      `${heavy} ${fit(look, text, Math.min(inner, text.length))} ${heavy.repeat(Math.max(0, width - 3 - Math.min(inner, text.length)))}`,
    );
  const lines = [edge(content.title), ...body, edge(content.keys)];
  return { x: Math.floor((columns - width) / 2), y: Math.max(0, Math.floor((rows - lines.length) / 2)), width, lines };
};
