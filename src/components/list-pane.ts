/** A pane with a rule, an optional heading and a windowed list. Only the rows that are seen are painted. */
import { filterOf, filterTitle } from './filter.ts';
import type { Look } from './look.ts';
import { block, row, type Span } from './text.ts';
import { title, windowAt } from './widgets.ts';

export interface ListProps {
  focused: boolean;
  /** First row shown, where nothing is selected. */
  scroll: number;
  /** Rows must fit this (filter.ts); '' for all. */
  filter: string;
  /** The pane has a neighbour at its left. */
  joint: boolean;
  /** Key of the row under the cursor; null while there is none. Left out where a list has no cursor. */
  cursor?: string | null;
  /** Names of the other panes that share its slot. */
  others?: readonly Span[];
}

export interface ListRow {
  left: readonly Span[];
  right?: readonly Span[];
  /** What the cursor stands on; a row without it is passed over. */
  key?: string;
}

export interface ListContent {
  /** With the digit that focuses the pane. */
  name: string;
  rest?: readonly Span[];
  right?: readonly Span[];
  heading?: readonly Span[];
  /** Those that the filter lets through: it looks at what a row says, not at what its width leaves of it. */
  rows: readonly ListRow[];
  selected?: number;
  /** What to say where there are no rows. */
  empty: string;
}

/** Columns of a row: one goes to the neighbour's edge or to the cursor. */
export const innerWidth = (width: number, { joint, cursor }: Pick<ListProps, 'joint' | 'cursor'>): number =>
  width - (joint || cursor !== undefined ? 1 : 0);

export const listPane = (
  look: Look,
  width: number,
  height: number,
  props: ListProps,
  content: ListContent,
): string[] => {
  const { focused, filter, joint, others, cursor } = props;
  const { rows } = content;
  const room = Math.max(0, height - 1 - (content.heading === undefined ? 0 : 1));
  const under = cursor == null ? -1 : rows.findIndex(({ key }) => key === cursor);
  const selected = under === -1 ? content.selected : under;
  const from =
    selected === undefined
      ? Math.max(0, Math.min(props.scroll, rows.length - room))
      : windowAt(rows.length, room, selected);
  const below = rows.length - from - room;
  const hidden = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below` : '']
    .filter((part) => part !== '')
    .join(', ');
  const head = title(look, width, {
    name: others === undefined ? content.name : `[${content.name}]`,
    focused,
    ...(joint ? { joint: look.glyphs.cross } : {}),
    rest: [
      // First, where there is room: a list that is not whole must say so.
      ...(filter === '' ? [] : [['warn', `${filterTitle(filterOf(filter))} `] as const]),
      ...(others ?? content.rest ?? []),
    ],
    right: [...(content.right ?? []), ['dim', hidden === '' ? '' : ` ${hidden}`]],
  });
  const inner = innerWidth(width, props);
  const bar = joint ? look.paint('rule', look.glyphs.bar) : inner < width ? ' ' : '';
  const lines = rows.slice(from, from + room).map((entry) => row(look, inner, entry.left, entry.right));
  if (lines.length === 0)
    lines.push(row(look, inner, [['dim', filter === '' ? content.empty : 'nothing matches the filter']]));
  const heading = content.heading === undefined ? [] : [row(look, inner, content.heading)];
  const at = under === -1 ? -1 : heading.length + under - from;
  const edge = (i: number): string => (i === at ? look.paint(focused ? 'select' : 'dim', '>') : bar);
  return [head, ...block([...heading, ...lines], inner, height - 1).map((line, i) => edge(i) + line)];
};
