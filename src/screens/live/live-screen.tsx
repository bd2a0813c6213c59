/** The live screen: gauges, panes, time line, hints, and what lies over them. */
import { Box, useWindowSize } from 'ink';
import { memo, useMemo } from 'react';
import { useStore } from 'zustand';
import { historyLine, panicLine, thrashLine } from '../../components/gauges.ts';
import { headerLine } from '../../components/header.ts';
import { Lines } from '../../components/lines.tsx';
import type { ConsoleStore } from '../../store/console-store.ts';
import { Player } from '../../store/player.ts';
import { isOver } from '../../store/run-status.ts';
import type { UiStore } from '../../store/ui-store.ts';
import { useCopy } from '../copy-context.ts';
import { hintLine } from '../hints.ts';
import { useLook } from '../look-context.ts';
import type { PaletteTarget } from '../palette/offers.ts';
import { PaletteView, usePalette } from '../palette/palette-view.tsx';
import { NOTHING_TYPED, useKeys } from '../use-keys.ts';
import { pressLive, scopeOf } from './actions.ts';
import type { LiveContext } from './context.ts';
import { headerOf } from './header-of.ts';
import { type Layout, layoutOf, paneAt } from './layout.ts';
import { overlayLines } from './overlays.ts';
import { paletteOrders } from './palette-orders.ts';
import { PaneView } from './pane-view.tsx';
import { say } from './say.ts';
import { statusLines } from './status-line.ts';

export interface LiveScreenProps
  extends Omit<
      LiveContext,
      'small' | 'size' | 'room' | 'placed' | 'look' | 'player' | 'tags' | 'follows' | 'palette' | 'copy'
    >,
    Partial<Pick<LiveContext, 'player' | 'tags' | 'follows'>> {
  /** For tests; without it the terminal's. */
  size?: { columns: number; rows: number };
}

export const LiveScreen = ({ size, tags = null, follows = true, ...props }: LiveScreenProps) => {
  const { console, ui, readOnly } = props;
  // A screen that is only fed can be held, and no more.
  const player = useMemo(() => props.player ?? unmoved(props), [props.player, console, ui]);
  const real = useWindowSize();
  const { columns, rows } = size ?? real;
  const { focus, zoom, slot, left, stream } = useStore(ui);
  const travels = useStore(console.store, (state) => state.held);
  const layout = useMemo(
    () => layoutOf(columns, rows, { focus, zoom, slot, left, stream }, travels),
    [columns, rows, focus, zoom, slot, left, stream, travels],
  );
  const small = (): boolean => layout.kind === 'small' && !zoom;
  const palette = usePalette();
  const copy = useCopy();
  const look = useLook();
  const context: LiveContext = {
    ...{ ...props, player, tags, follows, small, copy },
    size: () => ({ columns, rows }),
    room: () => roomOf(layout, ui.getState().focus),
    placed: () => layout.panes.find(({ pane }) => pane === ui.getState().focus),
    look,
    palette: (text) =>
      palette.show(
        {
          scope: 'live',
          readOnly: readOnly || console.store.getState().replay,
          run: console.latest().info.id || null,
          press: (name) => pressLive(context, name),
          say: (tone, said) => say(ui, tone, said),
          ...ordersOf(context),
        },
        text,
      ),
  };
  useKeys({
    scope: () => scopeOf(ui),
    press: (name) => pressLive(context, name),
    // What lies over the panes has them all.
    paneAt: (x, y) => (scopeOf(ui) === 'live' ? paneAt(layout, x, y) : undefined),
    refuse: () => say(ui, 'info', NOTHING_TYPED),
  });
  return (
    <Box width={columns} height={rows}>
      <Top console={console} columns={columns} layout={layout} />
      {layout.panes.map((placed) => (
        <PaneView
          key={`${placed.pane} ${placed.x} ${placed.y} ${placed.width} ${placed.height}`}
          console={console}
          ui={ui}
          placed={placed}
          kind={layout.kind}
        />
      ))}
      <Bottom console={console} ui={ui} columns={columns} layout={layout} readOnly={readOnly} />
      <OverlayView console={console} ui={ui} columns={columns} rows={rows} readOnly={readOnly} />
      <PaletteView columns={columns} rows={rows} />
    </Box>
  );
};

const ordersOf = (context: LiveContext): Pick<PaletteTarget, 'orders'> => {
  const orders = context.readOnly || context.console.store.getState().replay ? undefined : paletteOrders(context);
  return orders === undefined ? {} : { orders };
};

const roomOf = ({ panes }: Layout, focus: number): number =>
  Math.max(1, (panes.find(({ pane }) => pane === focus)?.height ?? 9) - 1);

const unmoved = ({ console, ui }: Pick<LiveScreenProps, 'console' | 'ui'>): Player =>
  new Player({
    source: () => Promise.reject(new Error('only what comes is shown here')),
    show: console.show,
    say: (tone, text) => say(ui, tone, text),
  });

const Top = memo(({ console, columns, layout }: { console: ConsoleStore; columns: number; layout: Layout }) => {
  const look = useLook();
  const state = useStore(console.store);
  const lines = [headerLine(look, columns, headerOf(state))];
  if (layout.kind !== 'none') {
    lines.push(thrashLine(look, columns, state.view));
    if (layout.history >= 0) lines.push(historyLine(look, columns, state.view));
    lines.push(panicLine(look, columns, state.view));
  }
  return <Lines x={0} y={layout.header} width={columns} lines={lines} />;
});

interface BottomProps {
  console: ConsoleStore;
  ui: UiStore;
  columns: number;
  layout: Layout;
  readOnly: boolean;
}

const Bottom = memo(({ console, ui, columns, layout, readOnly }: BottomProps) => {
  const look = useLook();
  const state = useStore(console.store);
  const choice = useStore(ui);
  const status = statusLines(look, columns, state, choice, readOnly || state.replay);
  const lines = [
    ...status,
    hintLine(
      ...([look, columns, scopeOf(ui), choice.focus, readOnly] as const),
      ...([state.replay || isOver(state.live, state.gone), state.held] as const),
    ),
  ];
  return <Lines x={0} y={Math.max(1, layout.status - status.length + 1)} width={columns} lines={lines} />;
});

interface OverlayProps {
  console: ConsoleStore;
  ui: UiStore;
  columns: number;
  rows: number;
  readOnly: boolean;
}

const OverlayView = memo(({ console, ui, columns, rows, readOnly }: OverlayProps) => {
  const look = useLook();
  const overlay = useStore(ui, (state) => state.overlay);
  const state = useStore(console.store);
  if (overlay === null) return null;
  return <Lines {...overlayLines(look, columns, rows, overlay, state, readOnly || state.replay)} />;
});
