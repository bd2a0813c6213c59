/** What keys do on the live screen. */
import { CAP_SORTS } from '../../components/caps-pane.ts';
import { TILES, workerSlots } from '../../components/workers-pane.ts';
import type { ConsoleStore } from '../../store/console-store.ts';
import type { OperatorCommand } from '../../store/kernel-view.ts';
import { runWord } from '../../store/run-status.ts';
import { type Message, type Moment, momentOf, type PaneId, type UiStore } from '../../store/ui-store.ts';
import type { Control } from '../control.ts';
import { scrolledHelp } from '../help.ts';
import { bindingFor, type Scope } from '../keys.ts';
import { FAULTS, faultSpec, freshInject, moveInject } from './inject.ts';
import { focusPane, type Motion, neighbourTrap, scrollPane } from './scrolling.ts';

export interface LiveContext {
  console: ConsoleStore;
  ui: UiStore;
  /** Null where no kernel can be spoken to. */
  control: Control | null;
  readOnly: boolean;
  /** Planner and workers share a slot. */
  small(): boolean;
  size(): { columns: number; rows: number };
  exit(): void;
}

/** Which keys are in force. */
export const scopeOf = (ui: UiStore): Scope => {
  const { overlay, typing } = ui.getState();
  if (overlay !== null) return overlay.kind;
  return typing ? 'filter' : 'live';
};

/** Handles one key; the answer is whether it meant anything. */
export const pressLive = (context: LiveContext, key: string): boolean => {
  const scope = scopeOf(context.ui);
  const binding = bindingFor(scope, key, context.readOnly);
  if (binding === undefined) return scope === 'filter' && typed(context, key);
  ACTIONS[scope]?.[binding.id]?.(context, key);
  return true;
};

/** Why, as the journal keeps it; who is said beside it. */
const REASON = 'by key';

type Action = (context: LiveContext, key: string) => void;

const typed = ({ ui }: LiveContext, key: string): boolean => {
  if (key.length !== 1) return false;
  const { focus, filter } = ui.getState();
  ui.setState({ filter: { ...filter, [focus]: (filter[focus] ?? '') + key } });
  return true;
};

/** A message gives way to what the run has to say after so many milliseconds. */
const MESSAGE_MS = 8000;

const say = (ui: UiStore, tone: Message['tone'], text: string, since?: Moment): void => {
  const message: Message = { tone, text, ...(since === undefined ? {} : { since }) };
  ui.setState({ message });
  setTimeout(() => {
    if (ui.getState().message === message) ui.setState({ message: null });
  }, MESSAGE_MS).unref();
};

/** Sends a command, and says what came of it. */
const send = (context: LiveContext, order: OperatorCommand, done: string): void => {
  const { ui, control, console } = context;
  if (console.latest().info.outcome !== null)
    return say(ui, 'info', 'The run has ended: nothing can be changed any more.');
  if (control === null) return say(ui, 'error', 'No kernel answers here: the run can only be looked at.');
  // Of before the command: what it brings about may be on the screen sooner than the answer.
  const since = momentOf(console.latest());
  control.command(order, REASON).then(
    (answer) => {
      const ignored = answer.events.some((event) => event.kind === 'input.ignored');
      if (ignored) say(ui, 'info', 'The kernel ignored that: it does not apply now.');
      else say(ui, 'good', done, since);
    },
    (error: unknown) => say(ui, 'error', error instanceof Error ? error.message : String(error)),
  );
};

const scrolled =
  (motion: Motion): Action =>
  ({ ui, console }) =>
    ui.setState((state) => scrollPane(state, console.store.getState().view, motion));

const trapMove =
  (direction: 1 | -1): Action =>
  ({ ui, console }) => {
    if (console.latest().traps.total > 0) console.hold();
    ui.setState((state) => ({ ...neighbourTrap(state, console.store.getState().view, direction) }));
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
    const workers = Object.values(console.store.getState().view.streams).filter(
      (stream) => stream.role === 'worker',
    ).length;
    const last = Math.max(0, Math.ceil(workers / TILES) - 1);
    ui.setState((state) => ({ workerPage: Math.max(0, Math.min(last, state.workerPage + by)) }));
  };

const back: Action = ({ ui, console }) => {
  const { focus, filter, zoom, trap } = ui.getState();
  if ((filter[focus] ?? '') !== '') ui.setState({ filter: { ...filter, [focus]: '' } });
  else if (zoom) ui.setState({ zoom: false });
  else if (console.store.getState().held || trap !== null) follow({ ui, console });
  else ui.setState({ message: null });
};

const follow = ({ ui, console }: Pick<LiveContext, 'ui' | 'console'>): void => {
  console.follow();
  ui.setState({ scroll: {}, trap: null, workerPage: 0, message: null });
};

const openPane: Action = ({ ui }) => {
  const { focus, trap } = ui.getState();
  if (focus === 6 || trap !== null) {
    if (trap !== null) ui.setState({ overlay: { kind: 'trap', seq: trap } });
  } else ui.setState((state) => ({ zoom: !state.zoom }));
};

const LIVE: Readonly<Record<string, Action>> = {
  pane: ({ ui }, key) => ui.setState((state) => focusPane(state, Number(key) as PaneId)),
  zoom: ({ ui }) => ui.setState((state) => ({ zoom: !state.zoom })),
  'next-worker': nextWorker,
  tiles: ({ ui }) => ui.setState((state) => ({ tiled: !state.tiled })),
  'older-workers': turnPage(1),
  'newer-workers': turnPage(-1),
  'next-trap': trapMove(1),
  'previous-trap': trapMove(-1),
  open: openPane,
  follow,
  down: scrolled('down'),
  up: scrolled('up'),
  'page-down': scrolled('page-down'),
  'page-up': scrolled('page-up'),
  home: scrolled('home'),
  end: scrolled('end'),
  filter: ({ ui }) => {
    const { focus } = ui.getState();
    if (focus === 3 || focus === 4 || focus === 6) ui.setState({ typing: true });
    else say(ui, 'info', 'Only lists have a filter: focus 3, 4 or 6 first.');
  },
  sort: ({ ui }) => ui.setState((state) => ({ capSort: (state.capSort + 1) % CAP_SORTS.length })),
  back,
  help: ({ ui }) => ui.setState({ overlay: { kind: 'help', scroll: 0 } }),
  pause: (context) =>
    context.console.latest().kernel.phase === 'paused'
      ? send(context, { command: 'unpause' }, 'The run goes on.')
      : send(context, { command: 'pause' }, 'Paused: what was asked is still answered, nothing new is dispatched.'),
  step: (context) => send(context, { command: 'step' }, 'One dispatch.'),
  inject: ({ ui }) => ui.setState({ overlay: freshInject, message: null }),
  kill: ({ ui }) => ui.setState({ overlay: { kind: 'kill' }, message: null }),
  quit: ({ ui, console, exit, readOnly }) => {
    const { gone } = console.store.getState();
    const word = runWord(console.latest(), gone);
    const over = console.latest().info.outcome !== null || word === 'GONE' || readOnly;
    if (over) exit();
    else ui.setState({ overlay: { kind: 'quit' }, message: null });
  },
};

const moveChooser: Action = ({ ui, console }, key) => {
  const { overlay } = ui.getState();
  if (overlay?.kind !== 'inject') return;
  const motion =
    ({ j: 'down', k: 'up', l: 'right', h: 'left', tab: 'right' } as const)[key] ??
    (key as 'up' | 'down' | 'left' | 'right');
  ui.setState({ overlay: moveInject(overlay, console.latest().kernel, motion) });
};

const INJECT: Readonly<Record<string, Action>> = {
  down: moveChooser,
  up: moveChooser,
  left: moveChooser,
  right: moveChooser,
  pick: ({ ui }, key) => {
    const { overlay } = ui.getState();
    if (overlay?.kind === 'inject') ui.setState({ overlay: { ...overlay, fault: Number(key) - 1, row: 'target' } });
  },
  yes: (context) => {
    const { overlay } = context.ui.getState();
    if (overlay?.kind !== 'inject') return;
    const fault = faultSpec(overlay, context.console.latest().kernel);
    context.ui.setState({ overlay: null });
    const name = FAULTS.find((choice) => choice.fault === fault.fault)?.name ?? fault.fault;
    const target = typeof fault.target === 'number' ? `process ${fault.target}` : fault.target;
    send(
      context,
      { command: 'inject', fault },
      `Fault armed: ${name}, target ${target}. The time line shows F when it strikes.`,
    );
  },
  close,
};

const scrollHelp =
  (by: 1 | -1): Action =>
  ({ ui, readOnly, size }) =>
    ui.setState(({ overlay }) =>
      overlay?.kind === 'help'
        ? { overlay: { ...overlay, scroll: scrolledHelp('live', readOnly, size(), overlay.scroll, by) } }
        : {},
    );

const endFilter =
  (keep: boolean): Action =>
  ({ ui }) =>
    ui.setState(({ focus, filter }) => ({ typing: false, filter: keep ? filter : { ...filter, [focus]: '' } }));

const ACTIONS: Partial<Record<Scope, Readonly<Record<string, Action>>>> = {
  live: LIVE,
  inject: INJECT,
  filter: {
    accept: endFilter(true),
    cancel: endFilter(false),
    erase: ({ ui }) =>
      ui.setState(({ focus, filter }) => ({ filter: { ...filter, [focus]: (filter[focus] ?? '').slice(0, -1) } })),
  },
  help: { down: scrollHelp(1), up: scrollHelp(-1), close },
  trap: { 'next-trap': trapMove(1), 'previous-trap': trapMove(-1), close },
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
