/** The live screen: gauges, panes, time line, hints, and what lies over them. */
import { Box, useInput, useWindowSize } from 'ink';
import { memo, useMemo } from 'react';
import { useStore } from 'zustand';
import { historyLine, panicLine, thrashLine } from '../../components/gauges.ts';
import { headerLine } from '../../components/header.ts';
import { Lines } from '../../components/lines.tsx';
import { type ConsoleStore, heldTicks } from '../../store/console-store.ts';
import { isOver, runWord } from '../../store/run-status.ts';
import type { UiStore } from '../../store/ui-store.ts';
import type { Control } from '../control.ts';
import { hintLine } from '../hints.ts';
import { keyNames } from '../key-names.ts';
import { useLook } from '../look-context.ts';
import { pressLive, scopeOf } from './actions.ts';
import { type Layout, layoutOf } from './layout.ts';
import { overlayLines } from './overlays.ts';
import { PaneView } from './pane-view.tsx';
import { statusLine } from './status-line.ts';

export interface LiveScreenProps {
  console: ConsoleStore;
  ui: UiStore;
  control: Control | null;
  readOnly: boolean;
  exit(): void;
  /** For tests; without it the terminal's. */
  size?: { columns: number; rows: number };
}

export const LiveScreen = ({ console, ui, control, readOnly, exit, size }: LiveScreenProps) => {
  const real = useWindowSize();
  const { columns, rows } = size ?? real;
  const { focus, zoom, slot, left, stream } = useStore(ui);
  const layout = useMemo(
    () => layoutOf(columns, rows, { focus, zoom, slot, left, stream }),
    [columns, rows, focus, zoom, slot, left, stream],
  );
  const small = (): boolean => layout.kind === 'small' && !zoom;
  useInput((input, key) => {
    const context = { console, ui, control, readOnly, small, size: () => ({ columns, rows }), exit };
    for (const name of keyNames(input, key)) pressLive(context, name);
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
    </Box>
  );
};

const Top = memo(({ console, columns, layout }: { console: ConsoleStore; columns: number; layout: Layout }) => {
  const look = useLook();
  const state = useStore(console.store);
  const props = {
    live: state.view,
    word: runWord(state.live, state.gone),
    held: heldTicks(state),
    over: isOver(state.live, state.gone),
    kernelPid: state.kernelPid,
    now: state.held || state.gone ? undefined : state.now,
  };
  const lines = [headerLine(look, columns, props)];
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
  const lines = [
    statusLine(look, columns, state, choice, readOnly),
    hintLine(look, columns, scopeOf(ui), choice.focus, readOnly, isOver(state.live, state.gone)),
  ];
  return <Lines x={0} y={Math.max(1, layout.status)} width={columns} lines={lines} />;
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
  return <Lines {...overlayLines(look, columns, rows, overlay, state, readOnly)} />;
});
