/** What keys do in the inspector. */
import { filterOf, searchOf } from '../../components/filter.ts';
import { matchesIn, maxScroll, movingLines } from '../../components/inspect/lines-pane.ts';
import { ticksShown } from '../../components/inspect/ticks-pane.ts';
import { spansWidth } from '../../components/text.ts';
import { MARK_KINDS, type MarkKind } from '../../store/time-source.ts';
import { scrollKeys } from '../help.ts';
import { bindingFor, type Scope } from '../keys.ts';
import type { InspectContext } from './inspect-context.ts';
import { scrolledDialog } from './inspect-dialogs.ts';
import { askPlace, GOTO, typePlace } from './inspect-goto.ts';
import type { FocusPane, InspectLayout, PlacedPane } from './inspect-layout.ts';
import { contentOf, copyOf } from './inspect-panes.ts';
import { focusOn, type InspectState } from './inspect-state.ts';
import { markedTick } from './motions.ts';

type Action = (context: InspectContext, key: string) => void;

export const scopeOf = ({ dialog, typing, place }: InspectState): Scope => {
  if (dialog !== null) return 'help';
  return place !== null ? 'goto' : typing ? 'filter' : 'inspect';
};

export const pressInspect = (context: InspectContext, key: string): void => {
  const { state } = context;
  const scope = scopeOf(state());
  const binding = bindingFor(scope, key, context.readOnly);
  if (binding !== undefined) (ACTIONS[scope]?.[binding.id] ?? (() => {}))(context, key);
  else if ([...key].length !== 1) return;
  else if (scope === 'filter') typeInto(context, typedText(state()) + key);
  else if (scope === 'goto') typePlace(context, key);
};

const typedText = ({ focus, tickFilter, search }: InspectState): string => (focus === 0 ? tickFilter : search);

const typeInto = ({ state, update }: InspectContext, text: string): void =>
  update(state().focus === 0 ? { tickFilter: text } : { search: text });

const focusedPane = ({ state, layout }: InspectContext): PlacedPane | undefined =>
  layout().panes.find(({ pane }) => pane === state().focus);

/** The tick so many rows further in a filtered list; undefined where it is not filtered. */
const filteredStep = ({ loaded, state, tick }: InspectContext, by: number): number | undefined => {
  const { found } = loaded();
  if (state().tickFilter === '' || found === null || found.rows.length === 0) return undefined;
  const ticks = found.rows.map((row) => row.tick);
  const here = ticks.indexOf(tick());
  // From between two rows, a step leads to the next one of them.
  const after = ticks.findIndex((candidate) => candidate > tick());
  const between = (after === -1 ? ticks.length : after) - (by > 0 ? 1 : 0);
  return ticks[Math.max(0, Math.min(ticks.length - 1, (here === -1 ? between : here) + by))];
};

/** @param listed a step in the list, which may be filtered, and not in the run */
const step =
  (by: number, listed = false): Action =>
  (context) => {
    const { loaded, tick, go, update } = context;
    const all = Math.max(1, Math.min(loaded().last, tick() + by));
    const next = (listed ? filteredStep(context, by) : undefined) ?? all;
    if (next !== tick()) return go(next);
    update({
      message:
        by > 0 ? `t${next} is the last tick${context.source.growing ? ' so far' : ''}.` : 't1 is the first tick.',
    });
  };

const jump =
  (direction: 1 | -1, kinds: readonly MarkKind[], what: string): Action =>
  (context) => {
    const { source, anchor, jumps, loaded, update } = context;
    const seek = async (): Promise<void> => {
      const tick = context.tick();
      const { view } = loaded();
      const known = view?.tick === tick ? (view.trap ?? view.seq) : await source.seqOfTick(tick);
      const from = anchor.current?.tick === tick ? anchor.current : { tick, seq: known ?? 0 };
      const found = await markedTick(source, from, direction, kinds);
      if (found === undefined)
        return update({ message: `There is no ${direction === 1 ? 'later' : 'earlier'} ${what}.` });
      anchor.current = found;
      context.go(found.tick);
    };
    jumps.current = jumps.current.then(seek).catch((error: unknown) => {
      update({ message: `The marks cannot be read: ${error instanceof Error ? error.message : String(error)}` });
    });
  };

const PAGE_OVERLAP = 1;

/** Moves the focused pane by lines; what it selects, where it has a cursor. */
const move =
  (by: (page: number) => number): Action =>
  (context, key) => {
    const { state, update, loaded } = context;
    const placed = focusedPane(context);
    const { view } = loaded();
    if (placed === undefined || view === null) return;
    const lines = by(Math.max(1, placed.height - 1 - PAGE_OVERLAP));
    const { focus, scroll, selected } = state();
    if (focus === 0) return step(lines, true)(context, key);
    if (focus === 3) {
      return update({ selected: Math.max(0, Math.min(view.decision.length - 1, selected + lines)) });
    }
    const max = maxScroll(contentOf(placed, view, state()), placed.height);
    const next = Math.max(0, Math.min(max, Math.min(max, scroll[focus] ?? 0) + lines));
    update({ scroll: { ...scroll, [focus]: next } });
  };

/** To the next line with the searched text after the first one shown, and from the end on to the first. */
const match =
  (direction: 1 | -1): Action =>
  (context) => {
    const { state, update, loaded } = context;
    const { focus, search, scroll, selected } = state();
    const placed = focusedPane(context);
    const { view } = loaded();
    if (focus === 0) return step(direction, true)(context, '');
    if (search === '' || placed === undefined || view === null) return;
    const lines = movingLines(contentOf(placed, view, state()), placed.height);
    const found = matchesIn(lines, search);
    const at =
      focus === 3 ? lines.findLastIndex(({ seq }) => seq === view.decision[selected]?.seq) : (scroll[focus] ?? 0);
    const next =
      direction === 1 ? (found.find((i) => i > at) ?? found[0]) : (found.findLast((i) => i < at) ?? found.at(-1));
    if (next === undefined) return update({ message: `"${search}" is not in this pane.` });
    const record = view.decision.findIndex(({ seq }) => seq === lines[next]?.seq);
    update({ message: '', ...(focus === 3 ? { selected: record } : { scroll: { ...scroll, [focus]: next } }) });
  };

const openRecord: Action = (context) => {
  const { state, update, loaded, source } = context;
  const { focus, selected, zoom } = state();
  if (focus !== 3) return update({ zoom: !zoom });
  const seq = loaded().view?.decision[selected]?.seq;
  if (seq === undefined) return;
  source.records(seq, seq).then(
    ([rec]) => {
      if (rec !== undefined) update({ dialog: { kind: 'record', seq, text: JSON.stringify(rec, null, 2), scroll: 0 } });
    },
    (error: unknown) => update({ message: error instanceof Error ? error.message : String(error) }),
  );
};

const back: Action = ({ state, update, exit, find }) => {
  const { search, raw, zoom, tickFilter } = state();
  if (tickFilter !== '') {
    update({ tickFilter: '', message: '' });
    find('');
  } else if (search !== '') update({ search: '', message: '' });
  else if (raw) update({ raw: false, wrap: true, side: 0 });
  else if (zoom) update({ zoom: false });
  else exit();
};

const SIDE = 8;

/** As long as something of the longest line is left. */
const toTheRight: Action = (context) => {
  const { state, update, loaded } = context;
  const placed = focusedPane(context);
  const { view } = loaded();
  if (placed === undefined || view === null || state().wrap || placed.pane === 0) return;
  const lines = movingLines(contentOf(placed, view, state()), placed.height);
  const longest = lines.reduce((most, { spans }) => Math.max(most, spansWidth(spans)), 0);
  update({ side: Math.max(0, Math.min(state().side + SIDE, longest - SIDE)) });
};

const INSPECT: Readonly<Record<string, Action>> = {
  pane: ({ update }, key) => update(focusOn(Number(key) as FocusPane)),
  'next-pane': ({ state, update }) => update(focusOn(((state().focus + 1) % 7) as FocusPane)),
  'previous-tick': step(-1),
  'next-tick': step(1),
  'next-trap': jump(1, ['trap'], 'trap'),
  'previous-trap': jump(-1, ['trap'], 'trap'),
  'next-mark': jump(1, MARK_KINDS, 'mark'),
  'previous-mark': jump(-1, MARK_KINDS, 'mark'),
  goto: askPlace,
  zoom: ({ state, update }) => update({ zoom: !state().zoom }),
  raw: ({ state, update }) => update({ raw: !state().raw, wrap: state().raw, side: 0, scroll: {} }),
  copy: (context) => {
    const { state, loaded, update } = context;
    const { view } = loaded();
    const placed = focusedPane(context);
    const text = view === null || placed === undefined ? '' : copyOf(placed, view, state());
    if (text === '') return update({ message: 'There is nothing to copy here: focus one of 1 to 6.' });
    void context.copy(text).then((message) => update({ message }));
  },
  wrap: ({ state, update }) => update({ wrap: !state().wrap, side: 0 }),
  search: ({ state, update }) =>
    update({ typing: true, message: '', ...(state().focus === 0 ? { tickFilter: '' } : { search: '' }) }),
  'next-match': match(1),
  'previous-match': match(-1),
  open: openRecord,
  describe: ({ update }) => update({ dialog: { kind: 'denied', scroll: 0 } }),
  down: move(() => 1),
  up: move(() => -1),
  left: ({ state, update }) => update({ side: Math.max(0, state().side - SIDE) }),
  right: toTheRight,
  'half-down': move((page) => Math.ceil(page / 2)),
  'half-up': move((page) => -Math.ceil(page / 2)),
  'page-down': move((page) => page),
  'page-up': move((page) => -page),
  home: move(() => -1_000_000_000),
  end: move(() => 1_000_000_000),
  help: ({ update }) => update({ dialog: { kind: 'help', scroll: 0 } }),
  palette: ({ palette }) => palette(),
  back,
  quit: ({ exit }) => exit(),
};

const scrollDialog =
  (by: (rows: number) => number): Action =>
  ({ state, update, size, readOnly, loaded }) => {
    const { dialog } = state();
    if (dialog !== null)
      update({ dialog: scrolledDialog({ ...size(), readOnly }, dialog, loaded().view, by(size().rows)) });
  };

const ACTIONS: Partial<Record<Scope, Readonly<Record<string, Action>>>> = {
  inspect: INSPECT,
  goto: GOTO,
  help: { ...scrollKeys(scrollDialog), close: ({ update }) => update({ dialog: null }) },
  filter: {
    accept: (context, key) => {
      const { focus, tickFilter, search } = context.state();
      if ((focus === 0 ? filterOf(tickFilter) : searchOf(search)).problem !== '') return;
      context.update({ typing: false });
      if (focus === 0) return context.find(tickFilter);
      match(1)(context, key);
    },
    cancel: (context) => {
      typeInto(context, '');
      context.update({ typing: false });
      if (context.state().focus === 0) context.find('');
    },
    clear: (context) => typeInto(context, ''),
    erase: (context) => typeInto(context, [...typedText(context.state())].slice(0, -1).join('')),
  },
};

/** The ticks that the list has room for. */
export const ticksWindow = (layout: InspectLayout, tick: number, last: number): { from: number; to: number } => {
  const placed = layout.panes.find(({ pane }) => pane === 0);
  return placed === undefined ? { from: tick, to: tick } : ticksShown(placed.height, tick, Math.max(tick, last));
};
