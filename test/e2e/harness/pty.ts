// Runs a command in a real pseudo terminal and shows what an operator would see. Waiting is always for something on
// the screen, looked at again after every piece of output; there are no sleeps.
import { constants } from 'node:os';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { type Cell, readCells, readLines } from './cells.ts';

export interface PtyOptions {
  command: string;
  args?: string[];
  /** Default 80. */
  cols?: number;
  /** Default 24. */
  rows?: number;
  cwd?: string;
  /** Added to a clean environment; undefined takes a variable out of it. */
  env?: Record<string, string | undefined>;
}

/** How often a program did what flickers, and whether it left the alternate screen as often as it entered it. */
export interface PtyCounts {
  /** UTF-8 bytes written by the program. */
  bytes: number;
  /** ESC [ 2 J */
  clearScreen: number;
  /** ESC [ 3 J */
  clearScrollback: number;
  /** ESC c */
  reset: number;
  altEnter: number;
  altLeave: number;
}

/** `code` is undefined when a signal ended the program, and the other way round. */
export interface PtyExit {
  code: number | undefined;
  signal: string | undefined;
}

export type ScreenPredicate = RegExp | string | ((screen: string) => boolean);

export interface Pty {
  readonly pid: number;
  /** Resolves when the program has ended and all it wrote is on the screen. */
  readonly exit: Promise<PtyExit>;
  /** The visible rows, without the blanks at their ends. */
  screen(): string[];
  cells(): Cell[][];
  cursor(): { x: number; y: number; hidden: boolean };
  /** A copy of the counters so far. */
  counts(): PtyCounts;
  /** All that the program wrote, as it wrote it. */
  output(): string;
  /**
   * Resolves with the screen's text (rows joined by newlines) as soon as the predicate holds for a whole frame; a RegExp or
   * a string is looked for in that text. Rejects after `timeout` ms (default 10,000), or when the program ends without it, and then
   * shows the screen.
   */
  waitFor(predicate: ScreenPredicate, timeout?: number): Promise<string>;
  /**
   * Resolves when nothing was written for `ms`, at the latest after `limit` ms. Only for pictures, which must not show
   * half a frame; a test has something to wait for.
   */
  quiet(ms: number, limit: number): Promise<void>;
  /** Types; the keys of KEYS or any text. */
  keys(text: string): void;
  resize(cols: number, rows: number): void;
  /** Signals the program, default SIGTERM. Nothing happens when it has ended. */
  kill(signal?: NodeJS.Signals): void;
  /** Kills the program if it still runs, and resolves when it has ended. For afterEach. */
  close(): Promise<void>;
}

export const KEYS = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  shiftTab: '\x1b[Z',
  backspace: '\x7f',
  space: ' ',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  home: '\x1b[H',
  end: '\x1b[F',
  ctrlC: '\x03',
  ctrlD: '\x04',
  ctrlZ: '\x1a',
} as const;

/** Variables that would make the program behave as if it ran under CI or in a test. */
const AMBIENT = /^(CI|NO_COLOR|FORCE_COLOR|NODE_ENV|NODE_OPTIONS|TEST|COLORTERM|COLUMNS|LINES|TMUX.*|VITEST.*|npm_.*)$/;

export function spawnPty(options: PtyOptions): Pty {
  const { command, args = [], cols = 80, rows = 24 } = options;
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  const ambient = Object.entries(process.env).filter(([name]) => !AMBIENT.test(name));
  const env = { ...Object.fromEntries(ambient), TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };
  const proc = spawn(command, args, {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: Object.fromEntries(Object.entries({ ...env, ...options.env }).filter(([, value]) => value !== undefined)),
  });
  // A program that asks the terminal something (where the cursor is, what it is) gets its answer.
  terminal.onData((answer) => {
    if (!ended) proc.write(answer);
  });

  const counts = countSequences(terminal);
  const cursorShown = trackMode(terminal, 25, true);
  const frameOpen = trackMode(terminal, 2026, false);
  const pieces: string[] = [];
  const watchers = new Set<() => void>();
  let ended: PtyExit | undefined;

  proc.onData((data) => {
    pieces.push(data);
    counts.bytes += Buffer.byteLength(data);
    terminal.write(data, () => {
      for (const watcher of watchers) watcher();
    });
  });
  const exit = new Promise<PtyExit>((resolve) => {
    proc.onExit(({ exitCode, signal }) => {
      // What was written last is still being parsed; an empty write ends after it.
      terminal.write('', () => {
        ended = signal ? { code: undefined, signal: signalName(signal) } : { code: exitCode, signal: undefined };
        resolve(ended);
        for (const watcher of watchers) watcher();
      });
    });
  });

  const screen = (): string[] => readLines(terminal);
  const waitFor = (predicate: ScreenPredicate, timeout = 10_000): Promise<string> => {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        watchers.delete(look);
      };
      const fail = (why: string): void => {
        stop();
        const rule = '-'.repeat(terminal.cols);
        reject(new Error(`${why} while waiting for ${String(predicate)}\n${rule}\n${screen().join('\n')}\n${rule}`));
      };
      const look = (): void => {
        // Half a frame is not what an operator sees: the terminal shows it once the program has closed it.
        if (frameOpen() && !ended) return;
        const text = screen().join('\n');
        if (holds(predicate, text)) {
          stop();
          resolve(text);
        } else if (ended) fail(`the program ended (${ended.signal ?? ended.code})`);
      };
      const timer = setTimeout(() => fail(`${timeout} ms passed`), timeout);
      watchers.add(look);
      look();
    });
  };
  const quiet = (ms: number, limit: number): Promise<void> => {
    return new Promise((resolve) => {
      const stop = (): void => {
        clearTimeout(idle);
        clearTimeout(last);
        watchers.delete(restart);
        resolve();
      };
      const restart = (): void => {
        clearTimeout(idle);
        idle = setTimeout(stop, ms);
      };
      let idle = setTimeout(stop, ms);
      const last = setTimeout(stop, limit);
      watchers.add(restart);
    });
  };
  const kill = (signal: NodeJS.Signals = 'SIGTERM'): void => {
    if (!ended) proc.kill(signal);
  };

  return {
    pid: proc.pid,
    exit,
    screen,
    cells: () => readCells(terminal),
    cursor: () => ({ x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY, hidden: !cursorShown() }),
    counts: () => ({ ...counts }),
    output: () => pieces.join(''),
    waitFor,
    quiet,
    keys: (text) => proc.write(text),
    resize(newCols, newRows) {
      terminal.resize(newCols, newRows);
      proc.resize(newCols, newRows);
    },
    kill,
    async close() {
      kill('SIGKILL');
      await exit;
      terminal.dispose();
    },
  };
}

function holds(predicate: ScreenPredicate, text: string): boolean {
  if (typeof predicate === 'string') return text.includes(predicate);
  return predicate instanceof RegExp ? text.search(predicate) >= 0 : predicate(text);
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? String(number);
}

/** Counts in the terminal's own parser, so that a sequence cut in two by the pipe is still one. */
function countSequences(terminal: InstanceType<typeof xterm.Terminal>): PtyCounts {
  const counts: PtyCounts = { bytes: 0, clearScreen: 0, clearScrollback: 0, reset: 0, altEnter: 0, altLeave: 0 };
  const has = (params: (number | number[])[], ...codes: number[]): boolean =>
    codes.some((code) => params.includes(code));
  // Each handler answers false: seen, but not handled.
  terminal.parser.registerCsiHandler({ final: 'J' }, (params) => {
    if (has(params, 2)) counts.clearScreen++;
    if (has(params, 3)) counts.clearScrollback++;
    return false;
  });
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    counts.reset++;
    return false;
  });
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => {
    if (has(params, 47, 1047, 1049)) counts.altEnter++;
    return false;
  });
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => {
    if (has(params, 47, 1047, 1049)) counts.altLeave++;
    return false;
  });
  return counts;
}

/** Whether a DEC private mode that xterm does not tell of is on: 25, the cursor is shown; 2026, a frame is being written. */
function trackMode(terminal: InstanceType<typeof xterm.Terminal>, mode: number, initially: boolean): () => boolean {
  let on = initially;
  const track = (final: string, value: boolean): void => {
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      if (params.includes(mode)) on = value;
      return false;
    });
  };
  track('h', true);
  track('l', false);
  return () => on;
}
