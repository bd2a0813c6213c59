/** Ink on a terminal that is given back whatever happens: quit, a thrown component, a signal, an exception anywhere. */
import { type Instance, render } from 'ink';
import { cloneElement, type ReactElement } from 'react';
import type { TerminalInput } from './terminal-input.ts';

export type Ending = { kind: 'closed' } | { kind: 'error'; error: unknown };

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Draws at most this often; the store's pace is what counts, this only must not add to it. */
const MAX_FPS = 120;

export interface OnTerminal {
  /** Where keys come from, in raw mode already; it is left in cooked mode. */
  input: TerminalInput;
  /** Whether the terminal is to report its mouse. */
  mouse: boolean;
  left: Promise<void>;
}

/** Shows `node` on the alternate screen until `left` resolves, and answers how it ended. */
export const runOnTerminal = async (node: ReactElement, { input, mouse, left }: OnTerminal): Promise<Ending> => {
  const instance = render(node, {
    // Ink asks no more of it than what keys need.
    stdin: input as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: MAX_FPS,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  if (mouse) process.stdout.write(MOUSE_ON);
  const restore = (): void => {
    instance.unmount();
    if (mouse) process.stdout.write(MOUSE_OFF);
    input.close();
    setRaw(false);
  };
  const guard = guardTerminal(restore);
  const redraw = redrawAfterResize(instance, node);
  void left.then(() => instance.unmount());
  try {
    await instance.waitUntilExit();
    return { kind: 'closed' };
  } catch (error) {
    return { kind: 'error', error };
  } finally {
    restore();
    redraw.release();
    guard.release();
  }
};

/** How long a terminal must keep its size before the frame is drawn anew. */
const SETTLE_MS = 60;
const HOME_AND_ERASE = '\u001b[H\u001b[J';

/**
 * A frame that was on its way while the terminal shrank scrolls it, and then no relative move finds its line again. A screen
 * that moves mends itself with the next full frame; a paused one would stay so. Hence one frame from the top once the size rests.
 * The signal counts, not a changed size: a terminal that shrank and grew again before we looked has lost its lines all the same.
 */
const redrawAfterResize = (instance: Instance, node: ReactElement): { release(): void } => {
  let timer: NodeJS.Timeout | undefined;
  const redraw = (): void => {
    instance.clear();
    process.stdout.write(HOME_AND_ERASE);
    instance.rerender(cloneElement(node));
  };
  const settle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(redraw, SETTLE_MS);
  };
  process.on('SIGWINCH', settle);
  return {
    release: () => {
      clearTimeout(timer);
      process.off('SIGWINCH', settle);
    },
  };
};

/** Presses and the wheel, in the form that has no bounds. */
const MOUSE_ON = '\u001b[?1000h\u001b[?1006h';
const MOUSE_OFF = '\u001b[?1006l\u001b[?1000l';

/** Ink leaves raw mode in a microtask, which a process that is being ended never comes to; and enters it after its first frame. */
export const setRaw = (on: boolean): void => {
  if (process.stdin.isTTY === true) process.stdin.setRawMode(on);
};

const guardTerminal = (restore: () => void): { release(): void } => {
  const onSignal = (signal: NodeJS.Signals): void => {
    restore();
    process.exit(128 + SIGNALS[signal as keyof typeof SIGNALS]);
  };
  const onException = (error: unknown): void => {
    restore();
    process.stderr.write(
      `turingos: the console failed: ${errorText(error)}. The run is not touched by that; attach again.\n`,
    );
    process.exit(70);
  };
  // A terminal that was closed answers every write with an error; the SIGHUP that comes with it ends the console.
  const ignore = (): void => {};
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onException);
  process.stdout.on('error', ignore);
  return {
    release: () => {
      for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
      process.off('uncaughtException', onException);
      process.off('unhandledRejection', onException);
      process.stdout.off('error', ignore);
    },
  };
};

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
