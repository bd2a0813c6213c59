/** One tick in full, of a replayed run or a live one: what its brain saw and said, what was decided, and what came of it. */
import { Box, useWindowSize } from 'ink';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { filterOf, searchOf } from '../../components/filter.ts';
import { inspectHeader } from '../../components/inspect/inspect-header.ts';
import { Lines } from '../../components/lines.tsx';
import type { Look } from '../../components/look.ts';
import { row, type Span } from '../../components/text.ts';
import { GOTO_FORMS } from '../../store/goto.ts';
import type { Tag } from '../../store/tags.ts';
import type { TickView } from '../../store/tick-view.ts';
import type { TimeSource } from '../../store/time-source.ts';
import type { UiStore } from '../../store/ui-store.ts';
import { useCopy } from '../copy-context.ts';
import { hintLine } from '../hints.ts';
import { paneAt } from '../live/layout.ts';
import { useLook } from '../look-context.ts';
import { PaletteView, usePalette } from '../palette/palette-view.tsx';
import { patternLine, typedLine } from '../typed-line.ts';
import { NOTHING_TYPED, useKeys } from '../use-keys.ts';
import { pressInspect, scopeOf, ticksWindow } from './inspect-actions.ts';
import type { InspectContext } from './inspect-context.ts';
import { dialogPlace } from './inspect-dialogs.ts';
import { inspectLayout } from './inspect-layout.ts';
import { paneText, tabLine } from './inspect-panes.ts';
import { freshTick, type InspectState, initialInspect } from './inspect-state.ts';
import type { Anchor } from './motions.ts';
import { createTickLoader } from './tick-loader.ts';
import { leavesAtOnce, takeTyped, typeAhead } from './type-ahead.ts';

export interface InspectScreenProps {
  source: TimeSource;
  ui: UiStore;
  tick: number;
  readOnly: boolean;
  exit(): void;
  /** Another tick is wanted; it comes back as `tick`. */
  onTick(tick: number): void;
  /** For tests; without it the terminal's. */
  size?: { columns: number; rows: number };
}

/** Milliseconds between two looks whether records have come. */
const POLL_MS = 250;
/** Looks after which a tick that has ended is read again: what followed may have grown. */
const POLLS_OF_ENDED = 4;

export const InspectScreen = ({ source, ui, tick, readOnly, exit, onTick, size }: InspectScreenProps) => {
  const real = useWindowSize();
  const { columns, rows } = size ?? real;
  const look = useLook();
  const [state, setState] = useState(initialInspect);
  // Keys may come faster than frames: each must see what the one before it did.
  const current = useRef(state);
  const wanted = useRef(tick);
  const anchor = useRef<Anchor | null>(null);
  const jumps = useRef(Promise.resolve());
  const update = (change: Partial<InspectState>): void => {
    current.current = { ...current.current, ...change };
    setState(current.current);
  };
  const loader = useMemo(() => createTickLoader(source), [source]);
  const loaded = useStore(loader.store);
  const note = useStore(ui, (all) => all.message);
  const tags = useStore(ui, (all) => all.tags);
  const { view } = loaded;
  const layout = inspectLayout(columns, rows, state);
  const { from, to } = ticksWindow(layout, tick, view?.of.tick ?? tick);

  useEffect(() => {
    wanted.current = tick;
  }, [tick]);
  useEffect(() => loader.want(tick, { from, to }), [loader, tick, from, to]);
  useEffect(() => {
    let looks = 0;
    const timer = setInterval(() => {
      looks += 1;
      if (loader.store.getState().view?.open === true || looks % POLLS_OF_ENDED === 0) void loader.poll();
    }, POLL_MS);
    return () => {
      clearInterval(timer);
      loader.stop();
    };
  }, [loader]);

  const palette = usePalette();
  const copy = useCopy();
  const pressNow = (name: string): void => {
    const context: InspectContext = {
      ...{ source, readOnly, update, anchor, jumps, copy, exit },
      state: () => current.current,
      loaded: () => loader.store.getState(),
      layout: () => inspectLayout(columns, rows, current.current),
      size: () => ({ columns, rows }),
      find: (filter) => loader.find(filter, wanted.current),
      palette: () =>
        palette.show({
          ...{ scope: 'inspect', readOnly, run: source.format === 'turingos' ? source.name : null },
          press: (name) => pressInspect(context, name),
          say: (_, text) => update({ message: text }),
        }),
      tick: () => wanted.current,
      go: (next) => {
        wanted.current = next;
        update(freshTick);
        onTick(next);
      },
    };
    pressInspect(context, name);
  };
  const press = (name: string): void => {
    const { view, problem } = loader.store.getState();
    if (view !== null || problem !== '') for (const each of [...takeTyped(ui), name]) pressNow(each);
    else if (leavesAtOnce(ui, name, readOnly)) exit();
    else typeAhead(ui, name);
  };
  const ready = view !== null || loaded.problem !== '';
  useEffect(() => {
    if (ready) for (const name of takeTyped(ui)) pressNow(name);
  }, [ready, ui]);
  useKeys({
    scope: () => scopeOf(current.current),
    press,
    paneAt: (x, y) => {
      if (scopeOf(current.current) !== 'inspect') return undefined;
      const placed = paneAt(inspectLayout(columns, rows, current.current), x, y);
      return placed === '7' ? undefined : placed;
    },
    refuse: () => update({ message: NOTHING_TYPED }),
  });

  const bottom = [
    statusLine(look, columns, state, view, loaded.problem, note?.text ?? '', tags),
    hintLine(look, columns, scopeOf(state), state.focus, readOnly),
  ];
  return (
    <Box width={columns} height={rows}>
      {view === null ? (
        <Lines x={0} y={0} width={columns} lines={[row(look, columns, [['bold', `INSPECT t${tick}`]])]} />
      ) : (
        <>
          <Lines x={0} y={0} width={columns} lines={inspectHeader(look, columns, view, source.growing)} />
          {layout.tabs === null ? null : <Lines {...layout.tabs} lines={[tabLine(look, layout, view.who, state)]} />}
          {layout.panes.map((placed) => (
            <Lines
              key={`${placed.pane} ${placed.x} ${placed.y} ${placed.width} ${placed.height}`}
              x={placed.x}
              y={placed.y}
              width={placed.width}
              lines={paneText(look, placed, { ...loaded, view }, state, tags)}
            />
          ))}
        </>
      )}
      <Lines x={0} y={Math.max(1, layout.status)} width={columns} lines={bottom} />
      {state.dialog === null ? null : <Lines {...dialogPlace(look, { columns, rows, readOnly }, state.dialog, view)} />}
      <PaletteView columns={columns} rows={rows} />
    </Box>
  );
};

const statusLine = (
  look: Look,
  width: number,
  { typing, place, search, tickFilter, focus, message }: InspectState,
  view: TickView | null,
  problem: string,
  note: string,
  tags: readonly Tag[],
): string => {
  if (place !== null) return row(look, width, typedLine(look, width, 'go to: ', place, GOTO_FORMS));
  if (typing) {
    const line =
      focus === 0
        ? patternLine(look, width, 'filter: ', filterOf(tickFilter), 'patterns; !pattern leaves out')
        : patternLine(look, width, 'search: ', searchOf(search), 'a pattern; Enter finds it, Esc clears it');
    return row(look, width, line);
  }
  if (problem !== '') return row(look, width, [['error', `! ${problem}`]]);
  const said = message === '' ? note : message;
  if (said !== '') return row(look, width, [said]);
  if (view === null) return row(look, width, [['dim', 'Reading the tick.']]);
  const labels = tags.find((tag) => tag.tick === view.tick)?.labels ?? [];
  return row(
    look,
    width,
    headline(view),
    labels.length === 0 ? [] : [['accent', labels.map((name) => `#${name}`).join(' ')]],
  );
};

/** What came of the tick, in a line. */
const headline = (view: TickView): Span[] => {
  const { tick, who, open, result, decision } = view;
  if (open)
    return [
      ['good', `* t${tick} ${who} is open. `],
      ['dim', 'It is read again as records come.'],
    ];
  const trap = decision.find(({ kind }) => kind === 'trap.raised');
  if (trap !== undefined) return [['error', `! t${tick} ${who} ${trap.text}`]];
  return [['dim', `t${tick} ${who} ${result}`]];
};
