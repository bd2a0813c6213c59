/** From a row to what it is about: Enter leads there, Backspace back again. */
import { CAP_SORTS, capEntries } from '../../components/caps-pane.ts';
import { procEntries } from '../../components/processes-pane.ts';
import { visibleTraps } from '../../components/traps-pane.ts';
import { shownMap, voteEntries } from '../../components/votes-pane.ts';
import { TILES, workerSlots } from '../../components/workers-pane.ts';
import type { LiveState } from '../../store/live-state.ts';
import { type StreamView, streamOf } from '../../store/projections/streams.ts';
import type { UiState } from '../../store/ui-store.ts';
import { aboutCap, aboutWait } from './about.ts';
import type { Action, LiveContext } from './context.ts';
import { say } from './say.ts';
import { focusPane } from './scrolling.ts';

/** Views that Backspace finds its way back through. */
const KEPT = 20;

const KEYS_OF_VIEW = [
  ...(['focus', 'zoom', 'slot', 'left', 'stream', 'tiled', 'workerTab', 'workerPage'] as const),
  ...(['scroll', 'cursor', 'trap'] as const),
] as const;

/** Shows something else, and remembers what was shown. */
const jump = ({ ui }: LiveContext, to: (state: UiState) => Partial<UiState>): void =>
  ui.setState((state) => {
    const from = Object.fromEntries(KEYS_OF_VIEW.map((key) => [key, state[key]])) as Partial<UiState>;
    return { message: null, ...to(state), jumps: [...state.jumps, from].slice(-KEPT) };
  });

export const jumpBack: Action = ({ ui }) => {
  const { jumps } = ui.getState();
  const last = jumps.at(-1);
  if (last === undefined) return say(ui, 'info', 'There was no jump that could be undone.');
  ui.setState({ ...last, overlay: null, message: null, jumps: jumps.slice(0, -1) });
};

const toStream = (context: LiveContext, stream: StreamView): void => {
  const { view } = context.console.store.getState();
  if (stream.role === 'planner') return jump(context, (state) => focusPane(state, 1));
  const workers = view.streams.filter(({ role }) => role === 'worker');
  const fromEnd = workers.length - 1 - workers.findIndex(({ pid }) => pid === stream.pid);
  // The page on which it is; there may be another one in its slot on a page before.
  let page = Math.floor(fromEnd / TILES);
  while (page > 0 && !workerSlots(view, page).some((slot) => slot?.pid === stream.pid)) page -= 1;
  jump(context, (state) => ({
    ...focusPane(state, 2),
    workerPage: page,
    workerTab: stream.pid % TILES,
    scroll: { ...state.scroll, 2: 0 },
  }));
};

const inspect = ({ ui }: LiveContext, tick: number): void => {
  if (tick === 0) say(ui, 'info', 'There is no tick yet that could be inspected.');
  else ui.setState({ inspect: tick, overlay: null, message: null });
};

/** A worker's vote, where it has a step in the map that is shown. */
const toVote = (context: LiveContext, stream: StreamView): boolean => {
  const { step } = stream;
  const { view } = context.console.store.getState();
  if (step === null || shownMap(view)?.map !== step.map) return false;
  const key = `${step.map} ${step.n}`;
  jump(context, (state) => ({
    ...focusPane(state, 5),
    filter: { ...state.filter, 5: '' },
    cursor: { ...state.cursor, 5: key },
  }));
  return true;
};

/** What the process waits for; of one that works its stream; of one that has ended its last words, or its last tick. */
const fromProcess = (context: LiveContext, view: LiveState, key: string | undefined): boolean => {
  const entry = procEntries(view, context.ui.getState().filter[3] ?? '').find((row) => row.key === key);
  if (entry === undefined) return false;
  const stream = streamOf(view.streams, entry.pid);
  if ('proc' in entry && entry.proc.wait !== null) {
    const { proc } = entry;
    if (proc.wait !== null && 'map' in proc.wait) jump(context, (state) => focusPane(state, 5));
    else context.ui.setState({ overlay: aboutWait(view, proc), message: null });
  } else if (stream !== undefined) toStream(context, stream);
  else if ('ended' in entry) inspect(context, entry.ended.tick);
  return true;
};

const fromCap = (context: LiveContext, view: LiveState, key: string | undefined): boolean => {
  const { filter, capSort } = context.ui.getState();
  const entries = capEntries(view, CAP_SORTS[capSort] ?? 'id', filter[4] ?? '');
  const entry = entries.find((row) => row.key === key);
  if (entry === undefined) return false;
  if ('cap' in entry) context.ui.setState({ overlay: aboutCap(view, entry.cap), message: null });
  else inspect(context, entry.shape.lastTick);
  return true;
};

/** The stream of the worker that was given the step last. */
const fromStep = (context: LiveContext, view: LiveState, key: string | undefined): boolean => {
  const entry = voteEntries(view, context.ui.getState().filter[5] ?? '').find((row) => row.key === key);
  if (entry === undefined) return false;
  const stream = view.streams.findLast(({ step }) => step?.map === entry.map.map && step.n === entry.n);
  if (stream === undefined) say(context.ui, 'info', `No worker's stream of step ${entry.n} is kept any more.`);
  else toStream(context, stream);
  return true;
};

const fromWorker = (context: LiveContext, view: LiveState): boolean => {
  const { workerPage, workerTab } = context.ui.getState();
  const stream = workerSlots(view, workerPage)[workerTab];
  return stream !== undefined && toVote(context, stream);
};

/** Enter: where the row under the cursor leads, else the tick that is looked at; what leads nowhere is zoomed. */
export const openPane: Action = (context) => {
  const { ui, console } = context;
  const { focus, trap, cursor, filter } = ui.getState();
  const { view, held } = console.store.getState();
  const key = cursor[focus];
  if (focus === 3 && fromProcess(context, view, key)) return;
  if (focus === 4 && fromCap(context, view, key)) return;
  if (focus === 5 && fromStep(context, view, key)) return;
  if (focus === 2 && fromWorker(context, view)) return;
  const rows = visibleTraps(view.traps, filter[6] ?? '');
  const selected = view.traps.rows.find((row) => row.seq === trap) ?? (focus === 6 ? rows[0] : undefined);
  if (selected === undefined && focus !== 7 && !held) return ui.setState((state) => ({ zoom: !state.zoom }));
  inspect(context, selected?.tick ?? view.kernel.tick);
};

const moveAbout =
  (by: number): Action =>
  ({ ui }) => {
    const { overlay } = ui.getState();
    if (overlay?.kind !== 'about') return;
    ui.setState({ overlay: { ...overlay, at: Math.max(0, Math.min(overlay.rows.length - 1, overlay.at + by)) } });
  };

/** Keys of the box about one row. */
export const ABOUT: Readonly<Record<string, Action>> = {
  down: moveAbout(1),
  up: moveAbout(-1),
  open: (context) => {
    const { overlay } = context.ui.getState();
    const tick = overlay?.kind === 'about' ? (overlay.rows[overlay.at]?.tick ?? 0) : 0;
    if (tick > 0) inspect(context, tick);
  },
  close: ({ ui }) => ui.setState({ overlay: null }),
};
