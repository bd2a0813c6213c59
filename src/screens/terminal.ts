/** Ink on a terminal that is given back whatever happens: quit, a thrown component, a signal, an exception anywhere. */
import { type Instance, render } from 'ink';
import { cloneElement, type ReactElement } from 'react';
import { doNotWaitFor, type PatientOutput, patientOutput } from './patient-output.ts';
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
  const output = patientOutput(process.stdout, () => redraw.now());
  const instance = render(node, {
    stdout: output.stream,
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
    output.insist();
    instance.unmount();
    if (mouse) process.stdout.write(MOUSE_OFF);
    input.close();
    setRaw(false);
  };
  const guard = guardTerminal(restore, output);
  const redraw = redrawAfterResize(instance, node);
  void left.then(() => {
    output.insist();
    instance.unmount();
  });
  try {
    await instance.waitUntilExit();
    // Who has to end does so on the spot.
    if (guard.ending) await new Promise(() => {});
    return { kind: 'closed' };
  } catch (error) {
    return { kind: 'error', error };
  } finally {
    restore();
    redraw.release();
    guard.release();
    output.release();
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
const redrawAfterResize = (instance: Instance, node: ReactElement): { now(): void; release(): void } => {
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
    now: redraw,
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

/** How long a console that has to end waits for a terminal that takes nothing. */
const LAST_WORDS_MS = 500;

const guardTerminal = (restore: () => void, output: PatientOutput): { readonly ending: boolean; release(): void } => {
  let ending = false;
  const end = (code: number, words = ''): void => {
    // Asked twice, it waits no longer.
    if (ending) process.exit(code);
    ending = true;
    restore();
    output.drained(LAST_WORDS_MS, (taken) => {
      // Libraries have last words of their own, on the way out.
      if (!taken) doNotWaitFor(process.stderr);
      process.stderr.write(words);
      process.exit(code);
    });
  };
  const onSignal = (signal: NodeJS.Signals): void => end(128 + SIGNALS[signal as keyof typeof SIGNALS]);
  const onException = (error: unknown): void =>
    end(70, `turingos: the console failed: ${errorText(error)}. The run is not touched by that; attach again.\n`);
  // A terminal that was closed answers every write with an error; the SIGHUP that comes with it ends the console.
  const ignore = (): void => {};
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onException);
  process.stdout.on('error', ignore);
  return {
    get ending() {
      return ending;
    },
    release: () => {
      for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
      process.off('uncaughtException', onException);
      process.off('unhandledRejection', onException);
      process.stdout.off('error', ignore);
    },
  };
};

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
