/** What keys do on the live screen. */
import { CAP_SORTS } from '../../components/caps-pane.ts';
import { filterOf, searchOf } from '../../components/filter.ts';
import { TILES, workerSlots } from '../../components/workers-pane.ts';
import type { OperatorCommand } from '../../store/kernel-view.ts';
import { parseKinds } from '../../store/motions.ts';
import { pidText } from '../../store/op-text.ts';
import { runWord } from '../../store/run-status.ts';
import type { PaneId, UiStore } from '../../store/ui-store.ts';
import { scrolledHelp, scrollKeys } from '../help.ts';
import { typeAhead } from '../inspect/type-ahead.ts';
import { bindingFor, type Scope } from '../keys.ts';
import type { Action, LiveContext } from './context.ts';
import { FAULTS, faultSpec, freshInject, moveInject, OFTEN } from './inject.ts';
import { ABOUT, jumpBack, openPane } from './jumps.ts';
import { askCaps, askTell, ORDER, REASON, send as sendOrder } from './order-prompt.ts';
import { askPlace, askTag, GOTO, openPrompt, TAG, typeInto } from './prompts.ts';
import { say } from './say.ts';
import { focusPane, type Motion, nextMatch, scrollPane } from './scrolling.ts';
import { findInStream, isStream } from './stream-search.ts';
import { follow, ofTheRun, runEnd, runStart, TRAVEL } from './travel.ts';

/** Which keys are in force. */
export const scopeOf = (ui: UiStore): Scope => {
  const { overlay, typing } = ui.getState();
  const prompt = openPrompt(ui.getState().prompt);
  if (overlay !== null) return overlay.kind;
  if (prompt !== null) return prompt.kind;
  return typing ? 'filter' : 'live';
};

/** Handles one key; the answer is whether it meant anything. */
export const pressLive = (context: LiveContext, key: string): boolean => {
  // The inspector is on its way: a key meant for it must not do here what it does not say there.
  if (context.ui.getState().inspect !== null) {
    typeAhead(context.ui, key);
    return true;
  }
  const scope = scopeOf(context.ui);
  const binding = bindingFor(scope, key, context.readOnly || context.console.store.getState().replay);
  if (binding === undefined) return scope === 'filter' ? typed(context, key) : typeInto(context, key);
  ACTIONS[scope]?.[binding.id]?.(context, key);
  return true;
};

const typed = ({ ui }: LiveContext, key: string): boolean => {
  if (key.length !== 1) return false;
  const { focus, filter } = ui.getState();
  ui.setState({ filter: { ...filter, [focus]: (filter[focus] ?? '') + key } });
  return true;
};

/** Gives an order of a key, which says itself what came of it. */
const send = (context: LiveContext, order: OperatorCommand, done: string): void =>
  sendOrder(context, order, REASON, false, done);

const scrolled =
  (motion: Motion): Action =>
  ({ ui, console, room }) =>
    ui.setState((state) => scrollPane(state, console.store.getState().view, motion, room()));

/** The next row that the filter lets through, from the last on to the first; on the time line the next mark. */
const match =
  (direction: 1 | -1): Action =>
  (context, key) => {
    const { ui, console } = context;
    const { focus, filter } = ui.getState();
    if (focus === 7) return TRAVEL[direction === 1 ? 'next-mark' : 'previous-mark']?.(context, key);
    if ((filter[focus] ?? '') === '') return say(ui, 'info', 'There is no filter here: / sets one.');
    if (isStream(focus)) return findInStream(context, direction);
    ui.setState((state) => nextMatch(state, console.store.getState().view, direction));
  };

const close: Action = ({ ui }) => ui.setState({ overlay: null });

const nextWorker: Action = (context) => {
  const { ui, console } = context;
  const { workerTab, workerPage, focus } = ui.getState();
  if (context.small() && focus !== 2) return ui.setState((state) => focusPane(state, 2));
  const slots = workerSlots(console.store.getState().view, workerPage);
  for (let step = 1; step <= TILES; step += 1) {
    const slot = (workerTab + step) % TILES;
    // In the shared slot the planner comes round after the last worker.
    if (slot < workerTab && context.small())
      return ui.setState((state) => ({ ...focusPane(state, 1), workerTab: slot }));
    if (slots[slot] !== undefined) return ui.setState({ workerTab: slot, scroll: { ...ui.getState().scroll, 2: 0 } });
  }
};

const turnPage =
  (by: 1 | -1): Action =>
  ({ ui, console }) => {
    const workers = console.store.getState().view.streams.filter((stream) => stream.role === 'worker').length;
    const last = Math.max(0, Math.ceil(workers / TILES) - 1);
    ui.setState((state) => ({ workerPage: Math.max(0, Math.min(last, state.workerPage + by)) }));
  };

const back: Action = (context, key) => {
  const { ui, console } = context;
  const { focus, filter, scroll, zoom, trap } = ui.getState();
  const { held, replay } = console.store.getState();
  if ((filter[focus] ?? '') !== '') {
    // A search has led away from the end of a stream.
    const there = isStream(focus) ? { scroll: { ...scroll, [focus]: 0 } } : {};
    ui.setState({ filter: { ...filter, [focus]: '' }, message: null, ...there });
  } else if (zoom) ui.setState({ zoom: false });
  // A replay is held all the time: there is nothing to go back to.
  else if (held && !replay) follow(context, key);
  else ui.setState(trap === null ? { message: null } : { trap: null, scroll: {} });
};

const LIVE: Readonly<Record<string, Action>> = {
  pane: ({ ui }, key) => ui.setState((state) => focusPane(state, Number(key) as PaneId)),
  zoom: ({ ui }) => ui.setState((state) => ({ zoom: !state.zoom })),
  'next-worker': nextWorker,
  tiles: ({ ui }) => ui.setState((state) => ({ tiled: !state.tiled })),
  'older-workers': turnPage(1),
  'newer-workers': turnPage(-1),
  ...TRAVEL,
  goto: askPlace,
  tag: (context, key) => context.player.settled(() => askTag(context, key)),
  // What is typed behind a motion means the place that it leads to.
  open: (context, key) => context.player.settled(() => openPane(context, key)),
  down: scrolled('down'),
  up: scrolled('up'),
  'half-down': scrolled('half-down'),
  'half-up': scrolled('half-up'),
  'page-down': scrolled('page-down'),
  'page-up': scrolled('page-up'),
  'next-match': match(1),
  'previous-match': match(-1),
  'jump-back': jumpBack,
  home: (context, key) => (ofTheRun(context) ? runStart : scrolled('home'))(context, key),
  end: (context, key) => (ofTheRun(context) ? runEnd : scrolled('end'))(context, key),
  filter: ({ ui }) => {
    const { focus, cursor, filter } = ui.getState();
    // A search begins anew; a filter is changed.
    if (isStream(focus)) ui.setState({ cursor: { ...cursor, [focus]: '' }, filter: { ...filter, [focus]: '' } });
    ui.setState({ typing: true, message: null });
  },
  copy: ({ ui, console, copy }) => {
    const { focus, trap } = ui.getState();
    const { rows } = console.store.getState().view.traps;
    const row = rows.find(({ seq }) => seq === trap) ?? rows.at(-1);
    if (focus !== 6 || row === undefined)
      return say(ui, 'info', 'Traps can be copied (focus 6), and the panes of a tick (Enter).');
    void copy(`t${row.tick} ${row.who} ${row.code}: ${row.evidence}`).then((text) => say(ui, 'info', text));
  },
  sort: ({ ui }) => ui.setState((state) => ({ capSort: (state.capSort + 1) % CAP_SORTS.length })),
  back,
  help: ({ ui }) => ui.setState({ overlay: { kind: 'help', scroll: 0 } }),
  palette: ({ palette }) => palette(),
  pause: (context) =>
    context.console.latest().kernel.phase === 'paused'
      ? send(context, { command: 'unpause' }, 'The run goes on.')
      : send(context, { command: 'pause' }, 'Paused: what was asked is still answered, nothing new is dispatched.'),
  step: (context) => send(context, { command: 'step' }, 'One dispatch.'),
  inject: ({ ui }) => ui.setState({ overlay: freshInject, message: null }),
  tell: askTell,
  caps: askCaps,
  kill: ({ ui }) => ui.setState({ overlay: { kind: 'kill' }, message: null }),
  quit: ({ ui, console, exit, readOnly }) => {
    const { gone, replay } = console.store.getState();
    const word = runWord(console.latest(), gone);
    const over = console.latest().info.outcome !== null || word === 'GONE' || readOnly || replay;
    if (over) exit();
    else ui.setState({ overlay: { kind: 'quit' }, message: null });
  },
};

const moveChooser: Action = ({ ui, console }, key) => {
  const { overlay } = ui.getState();
  if (overlay?.kind !== 'inject') return;
  const motion =
    ({ j: 'down', k: 'up', l: 'right', h: 'left', tab: 'next' } as const)[key] ??
    (key as 'up' | 'down' | 'left' | 'right');
  ui.setState({ overlay: moveInject(overlay, console.latest().kernel, motion) });
};

const INJECT: Readonly<Record<string, Action>> = {
  down: moveChooser,
  up: moveChooser,
  left: moveChooser,
  right: moveChooser,
  row: moveChooser,
  pick: ({ ui }, key) => {
    const { overlay } = ui.getState();
    if (overlay?.kind === 'inject')
      ui.setState({ overlay: { ...overlay, fault: Number(key) - 1, handle: 0, row: 'target' } });
  },
  yes: (context) => {
    const { overlay } = context.ui.getState();
    if (overlay?.kind !== 'inject') return;
    const fault = faultSpec(overlay, context.console.latest().kernel);
    context.ui.setState({ overlay: null });
    const name = FAULTS.find((choice) => choice.fault === fault.fault)?.name ?? fault.fault;
    const often =
      overlay.often === 0
        ? ''
        : `, ${fault.rate === undefined ? OFTEN[overlay.often]?.label : `rate ${fault.rate / 1000}`}`;
    const target =
      typeof fault.target === 'number' ? pidText(context.console.latest().kernel, fault.target) : fault.target;
    send(
      context,
      { command: 'inject', fault },
      `Fault armed: ${name}, target ${target}${often}. The time line shows F when it strikes.`,
    );
  },
  close,
};

const scrollHelp =
  (by: (rows: number) => number): Action =>
  ({ ui, console, readOnly, size }) =>
    ui.setState(({ overlay }) => {
      if (overlay?.kind !== 'help') return {};
      const fewer = readOnly || console.store.getState().replay;
      return { overlay: { ...overlay, scroll: scrolledHelp('live', fewer, size(), overlay.scroll, by(size().rows)) } };
    });

const endFilter =
  (keep: boolean): Action =>
  (context) => {
    const { ui } = context;
    const { focus, filter } = ui.getState();
    const { problem } = (isStream(focus) ? searchOf : filterOf)(filter[focus] ?? '');
    // What is wrong with it is said while it is typed: it can be mended, or given up.
    if (keep && focus !== 7 && problem !== '') return;
    // One that names no kind of mark would be in the way of every jump.
    const kinds = keep && focus === 7 ? parseKinds(filter[7] ?? '') : [];
    const kept = keep && typeof kinds !== 'string';
    ui.setState({ typing: false, filter: kept ? filter : { ...filter, [focus]: '' } });
    if (typeof kinds === 'string') say(ui, 'error', kinds);
    if (keep && isStream(focus) && (filter[focus] ?? '') !== '') findInStream(context, -1);
  };

const ACTIONS: Partial<Record<Scope, Readonly<Record<string, Action>>>> = {
  live: LIVE,
  inject: INJECT,
  filter: {
    accept: endFilter(true),
    cancel: endFilter(false),
    clear: ({ ui }) => ui.setState(({ focus, filter }) => ({ filter: { ...filter, [focus]: '' } })),
    erase: ({ ui }) =>
      ui.setState(({ focus, filter }) => ({ filter: { ...filter, [focus]: (filter[focus] ?? '').slice(0, -1) } })),
  },
  goto: GOTO,
  tag: TAG,
  order: ORDER,
  help: { ...scrollKeys(scrollHelp), close },
  about: ABOUT,
  kill: {
    yes: (context) => {
      context.ui.setState({ overlay: null });
      send(context, { command: 'kill' }, 'Killed: what was streaming is stopped, its text is kept.');
    },
    close,
  },
  quit: {
    detach: ({ exit }) => exit(),
    yes: (context) => {
      context.ui.setState({ overlay: null });
      if (context.control === null) return context.exit();
      context.control.command({ command: 'kill' }, REASON).then(
        () => context.exit(),
        (error: unknown) => say(context.ui, 'error', error instanceof Error ? error.message : String(error)),
      );
    },
    close,
  },
};
