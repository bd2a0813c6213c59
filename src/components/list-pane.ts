/** A pane with a rule, an optional heading and a windowed list. Only the rows that are seen are painted. */
import type { Look } from './look.ts';
import { block, row, type Span } from './text.ts';
import { title, windowAt } from './widgets.ts';

export interface ListProps {
  focused: boolean;
  /** First row shown, where nothing is selected. */
  scroll: number;
  /** Rows must contain this, whatever the case; '' for all. */
  filter: string;
  /** The pane has a neighbour at its left. */
  joint: boolean;
  /** Names of the other panes that share its slot. */
  others?: readonly Span[];
}

export interface ListRow {
  left: readonly Span[];
  right?: readonly Span[];
}

export interface ListContent {
  /** With the digit that focuses the pane. */
  name: string;
  rest?: readonly Span[];
  right?: readonly Span[];
  heading?: readonly Span[];
  rows: readonly ListRow[];
  selected?: number;
  /** What to say where there are no rows. */
  empty: string;
}

const plain = ({ left, right = [] }: ListRow): string =>
  [...left, ...right].map((span) => (typeof span === 'string' ? span : span[1])).join(' ');

export const matches = (text: string, filter: string): boolean => text.toLowerCase().includes(filter.toLowerCase());

export const listPane = (
  look: Look,
  width: number,
  height: number,
  props: ListProps,
  content: ListContent,
): string[] => {
  const { focused, filter, joint, others } = props;
  const rows = filter === '' ? content.rows : content.rows.filter((entry) => matches(plain(entry), filter));
  const room = Math.max(0, height - 1 - (content.heading === undefined ? 0 : 1));
  const from =
    content.selected === undefined
      ? Math.max(0, Math.min(props.scroll, rows.length - room))
      : windowAt(rows.length, room, content.selected);
  const below = rows.length - from - room;
  const hidden = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below` : '']
    .filter((part) => part !== '')
    .join(', ');
  const head = title(look, width, {
    name: others === undefined ? content.name : `[${content.name}]`,
    focused,
    ...(joint ? { joint: look.glyphs.cross } : {}),
    rest: [...(others ?? content.rest ?? []), ...(filter === '' ? [] : [['warn', ` /${filter}`] as const])],
    right: [...(content.right ?? []), ['dim', hidden === '' ? '' : ` ${hidden}`]],
  });
  const bar = joint ? look.paint('dim', look.glyphs.bar) : '';
  const inner = width - (joint ? 1 : 0);
  const lines = rows.slice(from, from + room).map((entry) => row(look, inner, entry.left, entry.right));
  if (lines.length === 0)
    lines.push(row(look, inner, [['dim', filter === '' ? content.empty : 'nothing matches the filter']]));
  const heading = content.heading === undefined ? [] : [row(look, inner, content.heading)];
  return [head, ...block([...heading, ...lines], inner, height - 1).map((line) => bar + line)];
};
