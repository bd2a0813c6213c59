/** A reply's text in lines, opcodes made visible. Wrapping a finished reply is remembered: it never changes again. */
import type { ReplyView } from '../store/projections/streams.ts';
import { searchOf } from './filter.ts';
import type { Look } from './look.ts';
import { row, type Span, wrap } from './text.ts';

const remembered = new WeakMap<ReplyView, { width: number; look: Look; lines: string[] }>();

/** Lines of exactly `width` columns. Reasoning comes first, dim. */
export const replyBody = (look: Look, reply: ReplyView, width: number): string[] => {
  const known = remembered.get(reply);
  if (known !== undefined && known.width === width && known.look === look) return known.lines;
  const thought =
    reply.reasoning === '' ? [] : wrap(reply.reasoning, width).map((line) => row(look, width, [['dim', line]]));
  const text = wrap(reply.text, width).map((line) => row(look, width, highlight(line)));
  const lines = reply.text === '' && thought.length > 0 ? thought : [...thought, ...text];
  remembered.set(reply, { width, look, lines });
  return lines;
};

const highlight = (line: string): Span[] => {
  const parts = line.split(/(SYS_[A-Z_]+)/);
  return parts.length === 1 ? [line] : parts.map((part, i): Span => (i % 2 === 1 ? ['accent', part] : part));
};

/** A painted line without its colours; foreign text brings none. */
export const plainText = (line: string): string => line.replaceAll(/\u001b\[[\d;]*m/g, '').trimEnd();

/** The line with the places marked that fit; others stay as they were painted. */
export const withPlaces = (look: Look, width: number, line: string, search: string): string => {
  if (search === '') return line;
  const text = plainText(line);
  const places = searchOf(search).places(text);
  if (places.length === 0) return line;
  const spans: Span[] = [];
  let at = 0;
  for (const [start, end] of places) {
    spans.push(text.slice(at, start), ['select', text.slice(start, end)]);
    at = end;
  }
  return row(look, width, [...spans, text.slice(at)]);
};
