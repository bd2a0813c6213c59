/** The runs screen: every run of a home, those that need somebody first; the preview follows the cursor. */
import { Box, useWindowSize } from 'ink';
import { useEffect, useRef, useState } from 'react';
import { dialog } from '../../components/dialog.ts';
import { filterOf } from '../../components/filter.ts';
import { Lines } from '../../components/lines.tsx';
import type { Rec } from '../../store/record.ts';
import { HELP_WIDTH, helpLines, scrolledHelp } from '../help.ts';
import { bindingFor, type Scope } from '../keys.ts';
import { useLook } from '../look-context.ts';
import { PaletteView, usePalette } from '../palette/palette-view.tsx';
import { NOTHING_TYPED, useKeys } from '../use-keys.ts';
import { cursorIndex, type RunsView, runsLines, visibleRuns } from './runs-lines.ts';
import type { RunRow } from './runs-model.ts';

/** Where runs are read from; the application hands it in. */
export interface RunsSource {
  home: string;
  list(): Promise<RunRow[]>;
  /** The last records of a run's journal. */
  tail(id: string): Promise<readonly Rec[]>;
}

export interface RunsScreenProps {
  source: RunsSource;
  readOnly: boolean;
  open(id: string): void;
  exit(): void;
  /** The cursor's place when the screen was left. */
  start?: string | null;
  size?: { columns: number; rows: number };
}

const REFRESH_MS = 2000;
const PAGE = 10;

export const RunsScreen = ({ source, readOnly, open, exit, start = null, size }: RunsScreenProps) => {
  const real = useWindowSize();
  const { columns, rows } = size ?? real;
  const look = useLook();
  const [help, setHelp] = useState<number | null>(null);
  const [view, setView] = useState<RunsView>({
    ...{ rows: [], loaded: false, problem: '', home: source.home, sort: 'attention', filter: '', typing: false },
    ...{ cursor: start, tail: [], now: Date.now(), message: null },
  });
  // Keys may come faster than frames: each must see what the one before it did.
  const current = useRef(view);
  const update = (change: Partial<RunsView>): void => {
    current.current = { ...current.current, ...change };
    setView(current.current);
  };
  useEffect(() => {
    let stopped = false;
    const read = async (): Promise<void> => {
      const change = await source.list().then(
        (list) => ({ rows: list, loaded: true, problem: '' }),
        (error: unknown) => ({ rows: [], problem: error instanceof Error ? error.message : String(error) }),
      );
      if (!stopped) update({ ...change, now: Date.now() });
    };
    void read();
    const timer = setInterval(() => void read(), REFRESH_MS);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [source]);
  const under = visibleRuns(view)[cursorIndex(view)]?.id;
  useEffect(() => {
    let stopped = false;
    update({ tail: [] });
    if (under !== undefined) {
      source.tail(under).then(
        (tail) => !stopped && update({ tail }),
        // The preview says less then; the list itself says what is wrong.
        () => {},
      );
    }
    return () => {
      stopped = true;
    };
  }, [source, under]);

  const palette = usePalette();
  const move = (to: number): void => {
    update({ message: null });
    const list = visibleRuns(current.current);
    const next = list[Math.max(0, Math.min(list.length - 1, to))];
    if (next !== undefined) update({ cursor: next.id });
  };
  const actions: Record<string, () => void> = {
    down: () => move(cursorIndex(current.current) + 1),
    up: () => move(cursorIndex(current.current) - 1),
    'page-down': () => move(cursorIndex(current.current) + PAGE),
    'page-up': () => move(cursorIndex(current.current) - PAGE),
    home: () => move(0),
    end: () => move(Number.MAX_SAFE_INTEGER),
    open: () => {
      const run = visibleRuns(current.current)[cursorIndex(current.current)];
      if (run !== undefined) open(run.id);
    },
    filter: () => update({ typing: true }),
    accept: () => {
      // A wrong one stays open, with what is wrong beside it.
      if (filterOf(current.current.filter).problem === '') update({ typing: false });
    },
    cancel: () => update({ typing: false, filter: '' }),
    clear: () => update({ filter: '' }),
    erase: () => update({ filter: current.current.filter.slice(0, -1) }),
    sort: () => update({ sort: current.current.sort === 'attention' ? 'newest' : 'attention' }),
    back: () => update({ filter: '' }),
    help: () => setHelp(0),
    palette: () =>
      palette.show({
        ...{ scope: 'runs', readOnly, press },
        run: visibleRuns(current.current)[cursorIndex(current.current)]?.id ?? null,
        say: (tone, text) => update({ message: { tone, text } }),
      }),
    quit: exit,
  };
  const scopeNow = (): Scope => (help !== null ? 'help' : current.current.typing ? 'filter' : 'runs');
  const press = (name: string): void => {
    const scope = scopeNow();
    const binding = bindingFor(scope, name, readOnly);
    if (scope === 'help') {
      const by = binding?.id === 'down' ? 1 : binding?.id === 'up' ? -1 : 0;
      const close = binding?.id === 'close';
      setHelp((at) => (close ? null : scrolledHelp('runs', readOnly, { columns, rows }, at ?? 0, by)));
    } else if (binding !== undefined) actions[binding.id]?.();
    else if (scope === 'filter' && name.length === 1) update({ filter: current.current.filter + name });
  };
  useKeys({
    scope: scopeNow,
    press,
    notch: 1,
    refuse: () => update({ message: { tone: 'info', text: NOTHING_TYPED } }),
  });
  return (
    <Box width={columns} height={rows}>
      <Lines x={0} y={0} width={columns} lines={runsLines(look, columns, rows, view, readOnly)} />
      {help === null ? null : (
        <Lines
          {...dialog(look, columns, rows, HELP_WIDTH, {
            title: 'KEYS',
            lines: helpLines('runs', readOnly, columns),
            keys: 'j down   k up   Esc close',
            scroll: help,
          })}
        />
      )}
      <PaletteView columns={columns} rows={rows} />
    </Box>
  );
};
