/** `/`, `n` and `N` in the panes of streams: from one line that fits to the next, round and round. */
import { searchOf } from '../../components/filter.ts';
import { plannerColumn, type StreamColumn, workerColumns } from '../../components/stream-search.ts';
import type { LiveContext } from './context.ts';
import { say } from './say.ts';

/** A pane whose text is searched, not a list that is filtered. */
export const isStream = (focus: number): focus is 1 | 2 => focus === 1 || focus === 2;

const columnsOf = ({ ui, console, look, placed }: LiveContext): StreamColumn[] => {
  const place = placed();
  if (place === undefined) return [];
  const { x, width, height, pane } = place;
  const { view: live } = console.store.getState();
  if (pane === 1) return plannerColumn(look, width, height, live);
  const { tiled, workerTab: tab, workerPage: page } = ui.getState();
  return workerColumns(look, width, height, { live, tiled, tab, page, joint: x > 0 });
};

/** @param direction -1 with nothing found yet leads to the newest line */
export const findInStream = (context: LiveContext, direction: 1 | -1): void => {
  const { ui } = context;
  const { focus, filter, cursor, scroll } = ui.getState();
  if (!isStream(focus)) return;
  const { test, text } = searchOf(filter[focus] ?? '');
  const found = columnsOf(context).flatMap((column) =>
    column.lines.flatMap(({ key, text: line }, at) => (test(line) ? [{ column, key, at }] : [])),
  );
  const before = found.findIndex(({ key }) => key === cursor[focus]);
  const index = before === -1 ? (direction === 1 ? 0 : found.length - 1) : before + direction;
  const next = found.at(index % Math.max(1, found.length));
  if (next === undefined) return say(ui, 'info', `"${text}" is not in this pane.`);
  const { column, key, at } = next;
  const { lines, room, who, slot } = column;
  // In the middle, where there is as much below it.
  const back = Math.max(0, lines.length - (at + 1 + Math.floor(room / 2)));
  ui.setState({
    cursor: { ...cursor, [focus]: key },
    scroll: { ...scroll, [focus]: Math.min(back, Math.max(0, lines.length - room)) },
    ...(focus === 2 ? { workerTab: slot } : {}),
  });
  say(ui, 'info', `${who}: ${found.indexOf(next) + 1} of ${found.length} lines with "${text}"`);
};
