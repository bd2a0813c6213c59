/** Panes of the live screen alone, for a tmux pane of their own: they follow the run, can be scrolled, and change nothing. */
import { Box, useWindowSize } from 'ink';
import { memo } from 'react';
import { useStore } from 'zustand';
import { historyLine, panicLine, thrashLine } from '../../components/gauges.ts';
import { headerLine } from '../../components/header.ts';
import { Lines } from '../../components/lines.tsx';
import type { ConsoleStore } from '../../store/console-store.ts';
import type { UiStore } from '../../store/ui-store.ts';
import { bindingFor } from '../keys.ts';
import { headerOf } from '../live/header-of.ts';
import { paneAt } from '../live/layout.ts';
import { PaneView } from '../live/pane-view.tsx';
import { focusPane, type Motion, scrollPane } from '../live/scrolling.ts';
import { useLook } from '../look-context.ts';
import { useKeys } from '../use-keys.ts';
import { type Watched, watchLayout } from './watch-layout.ts';

export interface WatchScreenProps {
  console: ConsoleStore;
  ui: UiStore;
  watched: readonly Watched[];
  exit(): void;
  /** For tests; without it the terminal's. */
  size?: { columns: number; rows: number };
}

export const WatchScreen = ({ console, ui, watched, exit, size }: WatchScreenProps) => {
  const real = useWindowSize();
  const { columns, rows } = size ?? real;
  const layout = watchLayout(columns, rows, watched);
  const press = (key: string): void => {
    const placed = layout.panes.find(({ pane }) => String(pane) === key);
    if (placed !== undefined) return ui.setState((state) => focusPane(state, placed.pane));
    const id = bindingFor('watch', key, true)?.id;
    if (id === 'quit') exit();
    else if (id === 'next-pane') {
      const at = layout.panes.findIndex(({ pane }) => pane === ui.getState().focus);
      const next = layout.panes[(at + 1) % Math.max(1, layout.panes.length)];
      if (next !== undefined) ui.setState((state) => focusPane(state, next.pane));
    } else if (id !== undefined) {
      ui.setState((state) => {
        const focused = layout.panes.find(({ pane }) => pane === state.focus);
        return scrollPane(state, console.store.getState().view, id as Motion, Math.max(1, (focused?.height ?? 1) - 1));
      });
    }
  };
  useKeys({ scope: () => 'watch', press, paneAt: (x, y) => paneAt(layout, x, y), refuse: () => {} });
  return (
    <Box width={columns} height={rows}>
      {layout.header ? <Header console={console} columns={columns} /> : null}
      {layout.gauges === null ? null : <Gauges console={console} columns={columns} {...layout.gauges} />}
      {layout.panes.map((placed) => (
        <PaneView
          key={`${placed.pane} ${placed.y} ${placed.width} ${placed.height}`}
          console={console}
          ui={ui}
          placed={placed}
          kind="large"
        />
      ))}
    </Box>
  );
};

const Header = memo(({ console, columns }: { console: ConsoleStore; columns: number }) => {
  const look = useLook();
  const state = useStore(console.store);
  return <Lines x={0} y={0} width={columns} lines={[headerLine(look, columns, headerOf(state))]} />;
});

interface GaugesProps {
  console: ConsoleStore;
  columns: number;
  y: number;
  height: number;
}

const Gauges = memo(({ console, columns, y, height }: GaugesProps) => {
  const look = useLook();
  const { view } = useStore(console.store);
  // What has happened is what can be done without first.
  const draws = height < 3 ? [thrashLine, panicLine] : [thrashLine, historyLine, panicLine];
  const lines = draws.map((draw) => draw(look, columns, view));
  return <Lines x={0} y={y} width={columns} lines={lines.slice(0, height)} />;
});
