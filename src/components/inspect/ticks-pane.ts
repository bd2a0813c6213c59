/** The list of ticks at the left: who had the turn, what it did, what came of it. Only a window of it is ever read. */
import type { TickRow } from '../../store/tick-rows.ts';
import { filterOf, filterTitle } from '../filter.ts';
import type { Look, Style } from '../look.ts';
import { block, row, type Span } from '../text.ts';
import { title, windowAt } from '../widgets.ts';

export interface TicksPaneProps {
  /** Those that have been read, by tick. */
  rows: ReadonlyMap<number, TickRow>;
  tick: number;
  /** The newest tick. */
  last: number;
  focused: boolean;
  /** As it was typed; '' for none. */
  filter: string;
  /** The ticks that it lets through, in order; null while all are shown. */
  only: readonly number[] | null;
  /** There may be more than those. */
  more: boolean;
}

/** The ticks that a pane of that height shows around one. */
export const ticksShown = (height: number, tick: number, last: number): { from: number; to: number } => {
  const room = Math.max(0, height - 1);
  const from = windowAt(last, Math.min(room, last), tick - 1) + 1;
  return { from, to: Math.min(last, from + room - 1) };
};

const TONE: Record<TickRow['tone'], readonly [Style, string]> = {
  trap: ['error', '!'],
  good: ['good', '+'],
  idle: ['warn', '='],
  open: ['accent', '*'],
  plain: ['plain', ' '],
};

export const ticksPane = (look: Look, width: number, height: number, props: TicksPaneProps): string[] => {
  const { rows, tick, last, focused } = props;
  if (props.only !== null) return filteredTicks(look, width, height, props, props.only);
  const { from, to } = ticksShown(height, tick, last);
  const head = title(look, width, { name: '0 TICKS', focused, right: [['dim', ` t${from}-t${to}`]] });
  const lines = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) =>
    tickLine(look, width - 1, rows.get(from + i), from + i, from + i === tick),
  );
  return [head, ...block(lines, width, height - 1)];
};

/** Those that the filter lets through, around the tick that is shown. */
const filteredTicks = (
  look: Look,
  width: number,
  height: number,
  { rows, tick, focused, filter, more }: TicksPaneProps,
  only: readonly number[],
): string[] => {
  const next = only.findIndex((found) => found >= tick);
  const room = Math.max(0, height - 1);
  const from = windowAt(only.length, room, next === -1 ? only.length - 1 : next);
  const head = title(look, width, {
    name: '0 TICKS',
    focused,
    rest: [['warn', filterTitle(filterOf(filter))]],
    right: [['dim', ` ${only.length}${more ? '+' : ''}`]],
  });
  const lines = only
    .slice(from, from + room)
    .map((found) => tickLine(look, width - 1, rows.get(found), found, found === tick));
  if (lines.length === 0) lines.push(row(look, width, [['dim', ' nothing matches']]));
  return [head, ...block(lines, width, room)];
};

/** Where a row does not fit: its step and its result matter more than how they are called. Taken one after the other. */
const SHORT = [
  ['step ', 's'],
  ['progress', 'prog'],
  ['flag ', 'f'],
  ['stall ', 'st'],
  ['vote ', ''],
] as const;

const fitted = ({ what, result }: TickRow, room: number): { what: string; result: string } => {
  let row = { what, result };
  for (const [long, short] of SHORT) {
    if (row.what.length + row.result.length + 1 <= room) return row;
    row = { what: row.what.replace(long, short), result: row.result.replace(long, short) };
  }
  return row;
};

const tickLine = (look: Look, width: number, tick: TickRow | undefined, n: number, selected: boolean): string => {
  const mark: Span = [selected ? 'select' : 'plain', selected ? '>' : ' '];
  if (tick === undefined) return `${row(look, width, [mark, ['dim', ` t${n} ${look.glyphs.more}`]])} `;
  const [style, sign] = TONE[tick.tone];
  const tickText = `t${n} `;
  const { what, result } = fitted(tick, width - tickText.length - tick.who.length - 3);
  const left: Span[] = [
    mark,
    [style, sign],
    [selected ? 'bold' : 'dim', tickText],
    ['bold', `${tick.who} `],
    [tick.tone === 'trap' ? 'error' : 'plain', what],
  ];
  const right: Span[] = result === '' ? [] : [[style === 'plain' ? 'dim' : style, result]];
  return `${row(look, width, left, right)} `;
};
