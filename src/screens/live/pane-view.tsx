/** One pane: knows which parts of the state it shows, and is drawn again only when one of them changes. */
import { memo } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { CAP_SORTS, capsPane } from '../../components/caps-pane.ts';
import { Lines } from '../../components/lines.tsx';
import type { Look } from '../../components/look.ts';
import { plannerPane } from '../../components/planner-pane.ts';
import { processesPane } from '../../components/processes-pane.ts';
import { stackPane } from '../../components/stack-pane.ts';
import type { Span } from '../../components/text.ts';
import { timelinePane } from '../../components/timeline-pane.ts';
import { trapsPane } from '../../components/traps-pane.ts';
import { votesPane } from '../../components/votes-pane.ts';
import { workersPane } from '../../components/workers-pane.ts';
import type { ConsoleStore, ConsoleView } from '../../store/console-store.ts';
import type { LiveState } from '../../store/live-state.ts';
import { cutStreams } from '../../store/projections/streams.ts';
import { timelineAround } from '../../store/surroundings.ts';
import type { PaneId, UiState, UiStore } from '../../store/ui-store.ts';
import { useLook } from '../look-context.ts';
import type { Layout, Placed } from './layout.ts';

/** What each pane is drawn from. */
const SHOWN: Record<PaneId, readonly (keyof LiveState)[]> = {
  1: ['streams', 'kernel'],
  2: ['streams', 'kernel', 'denied'],
  3: ['kernel', 'ended'],
  4: ['kernel', 'handles', 'denied', 'ended'],
  5: ['votes', 'kernel'],
  6: ['traps'],
  7: ['timeline', 'traps'],
  8: ['kernel'],
};

export interface PaneViewProps {
  console: ConsoleStore;
  ui: UiStore;
  placed: Placed;
  kind: Layout['kind'];
}

export const PaneView = memo(({ console, ui, placed, kind }: PaneViewProps) => {
  const look = useLook();
  const { pane, x, y, width } = placed;
  useStore(
    console.store,
    useShallow((state: ConsoleView) => [
      ...SHOWN[pane].map((key) => state.view[key]),
      state.gone,
      state.held,
      pane === 7 && state.around,
    ]),
  );
  const state = useStore(ui);
  const lines = paneLines(look, placed, kind, console.store.getState(), state);
  return <Lines x={x} y={y} width={width} lines={lines} />;
});

const paneLines = (look: Look, placed: Placed, kind: Layout['kind'], console: ConsoleView, ui: UiState): string[] => {
  const { live: newest, view, held } = console;
  // What a kernel that is gone left open is told at the end only: before that it was there.
  const gone = console.gone && view.info.lastSeq === newest.info.lastSeq;
  const live = gone && view.info.outcome === null ? { ...view, streams: cutStreams(view.streams) } : view;
  const { pane, x, width, height } = placed;
  const focused = ui.focus === pane;
  const scroll = ui.scroll[pane] ?? 0;
  const list = { focused, scroll, filter: ui.filter[pane] ?? '', joint: x > 0, live };
  const cursor = ui.cursor[pane] ?? null;
  const shared = kind === 'large' || ui.zoom ? {} : { others: slotNames(pane, kind) };
  const stream = (other: string): { other?: string } => (kind === 'small' && !ui.zoom ? { other } : {});
  switch (pane) {
    case 1:
      return plannerPane(look, width, height, {
        ...{ live, focused, scroll, gone, search: list.filter },
        ...stream('2 workers'),
      });
    case 2:
      return workersPane(look, width, height, {
        ...list,
        ...stream('1 planner'),
        search: list.filter,
        gone,
        tiled: ui.tiled,
        tab: ui.workerTab,
        page: ui.workerPage,
      });
    case 3:
      return processesPane(look, width, height, {
        ...list,
        ...shared,
        cursor,
        gone: gone && view.info.outcome === null,
      });
    case 4:
      return capsPane(look, width, height, { ...list, ...shared, cursor, sort: CAP_SORTS[ui.capSort] ?? 'id' });
    case 5:
      return votesPane(look, width, height, { ...list, ...shared, cursor });
    case 6:
      return trapsPane(look, width, height, {
        ...list,
        traps: live.traps,
        selected: ui.trap,
        ...(kind === 'small' ? shared : {}),
      });
    case 7: {
      const at = live.traps.rows.find((trap) => trap.seq === ui.trap)?.tick ?? null;
      return timelinePane(look, width, height, {
        ...{ focused, back: scroll, at, held, tags: ui.tags, kinds: ui.filter[7] ?? '', ticks: newest.kernel.tick },
        ...{ timeline: timelineAround(console), cursor: held ? view.kernel.tick : null },
      });
    }
    case 8:
      return stackPane(look, width, height, { ...list, ...shared });
  }
};

const NAMES: readonly (readonly [PaneId, string])[] = [
  [4, 'cap'],
  [3, 'proc'],
  [5, 'vote'],
  [6, 'trap'],
  [8, 'stk'],
];

/** The other panes that can be had in this slot. */
const slotNames = (pane: PaneId, kind: Layout['kind']): Span[] =>
  NAMES.filter(([id]) => id !== pane && (id !== 6 || kind === 'small')).map(
    ([id, name], i): Span => ['dim', `${i === 0 ? '' : ' '}${id} ${name}`],
  );
