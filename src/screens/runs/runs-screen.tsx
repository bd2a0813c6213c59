/** The runs screen: every run of a home, those that need somebody first; the preview follows the cursor. */
import { Box, useWindowSize } from 'ink';
import { useEffect, useRef, useState } from 'react';
import { dialog } from '../../components/dialog.ts';
import { Lines } from '../../components/lines.tsx';
import { HELP_WIDTH, helpLines } from '../help.ts';
import { useLook } from '../look-context.ts';
import { PaletteView, usePalette } from '../palette/palette-view.tsx';
import { NOTHING_TYPED, useKeys } from '../use-keys.ts';
import { pressRuns, scopeOf } from './runs-actions.ts';
import { cursorIndex, listWindow, runsLines, visibleRuns } from './runs-lines.ts';
import type { RunRow } from './runs-model.ts';
import type { RunsContext, RunsSource, RunsView } from './runs-view.ts';

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
/** Runs whose bytes are counted between two frames. */
const COUNTED_AT_ONCE = 50;

export const RunsScreen = ({ source, readOnly, open, exit, start = null, size }: RunsScreenProps) => {
  const real = useWindowSize();
  const { columns, rows } = size ?? real;
  const look = useLook();
  const palette = usePalette();
  const [view, setView] = useState<RunsView>({
    ...{ rows: [], loaded: false, problem: '', home: source.home, sort: 'attention', filter: '', typing: false },
    ...{ cursor: start, marked: [], now: Date.now(), message: null, help: null, tagging: null, since: source.since },
  });
  // Keys may come faster than frames: each must see what the one before it did.
  const current = useRef(view);
  const update = (change: Partial<RunsView>): void => {
    current.current = { ...current.current, ...change };
    setView(current.current);
  };
  const replace = (row: RunRow): void =>
    update({ rows: current.current.rows.map((old) => (old.id === row.id ? row : old)) });

  useEffect(() => () => source.left(), [source]);

  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    // The next look begins when the last one is over: a slow disk is not asked twice at once.
    const read = async (): Promise<void> => {
      const change = await source.list().then(
        (list) => ({ rows: list, loaded: true, problem: '' }),
        (error: unknown) => ({ rows: [], problem: error instanceof Error ? error.message : String(error) }),
      );
      if (stopped) return;
      update({ ...change, now: Date.now() });
      timer = setTimeout(() => void read(), REFRESH_MS);
    };
    void read();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [source]);

  // What is in sight is read first, the run under the cursor before all others; what goes out of sight is let go.
  const { from, room } = listWindow(view, rows);
  const list = visibleRuns(view);
  const under = list[cursorIndex(view)];
  const wanted = [...(under === undefined ? [] : [under]), ...list.slice(from, from + room)]
    .filter((run) => run.told === undefined)
    .map(({ id }) => id)
    .join(' ');
  useEffect(() => {
    if (wanted === '') return;
    const stop = new AbortController();
    const readAll = async (): Promise<void> => {
      for (const id of new Set(wanted.split(' '))) {
        if (stop.signal.aborted) return;
        // One that cannot be read says so in its row.
        const row = await source.look(id, stop.signal).catch(() => undefined);
        if (row !== undefined && !stop.signal.aborted) replace(row);
      }
    };
    void readAll();
    return () => stop.abort();
  }, [source, wanted]);

  const uncounted = view.rows
    .filter((run) => run.bytes === undefined)
    .slice(0, COUNTED_AT_ONCE)
    .map(({ id }) => id)
    .join(' ');
  useEffect(() => {
    if (uncounted === '' || wanted !== '') return;
    let stopped = false;
    const count = async (): Promise<void> => {
      const bytes = new Map<string, number>();
      for (const id of uncounted.split(' ')) {
        if (stopped) return;
        bytes.set(id, await source.measure(id).catch(() => 0));
      }
      update({
        rows: current.current.rows.map((row) => {
          const counted = bytes.get(row.id);
          return counted === undefined ? row : { ...row, bytes: counted };
        }),
      });
    };
    void count();
    return () => {
      stopped = true;
    };
  }, [source, uncounted, wanted]);

  const context: RunsContext = {
    ...{ readOnly, update, open, exit, palette, writeTag: source.writeTag },
    view: () => current.current,
    size: () => ({ columns, rows }),
    now: () => Date.now(),
  };
  useKeys({
    scope: () => scopeOf(current.current),
    press: (key) => pressRuns(context, key),
    notch: 1,
    refuse: () => update({ message: { tone: 'info', text: NOTHING_TYPED } }),
  });
  return (
    <Box width={columns} height={rows}>
      <Lines x={0} y={0} width={columns} lines={runsLines(look, columns, rows, view, readOnly)} />
      {view.help === null ? null : (
        <Lines
          {...dialog(look, columns, rows, HELP_WIDTH, {
            title: 'KEYS',
            lines: helpLines('runs', readOnly, columns),
            keys: 'j down   k up   Esc close',
            scroll: view.help,
          })}
        />
      )}
      <PaletteView columns={columns} rows={rows} />
    </Box>
  );
};
