// A tmux server of the test's own, on a socket of its own: what an operator sees in it, and what tmux itself knows. It is
// looked at again and again until it shows what is waited for; a screen that rests is one that looked twice the same.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOK_MS = 50;
const WAIT_MS = 20_000;
const run = promisify(execFile);

export interface Tmux {
  /** A tmux command's answer. */
  tmux(...args: string[]): Promise<string>;
  /** Rows of a pane, blanks at their ends cut. */
  screen(pane?: string): Promise<string>;
  /** Resolves with the screen when it fits. */
  waitFor(fits: RegExp | ((screen: string) => boolean), pane?: string): Promise<string>;
  /** Resolves with the screen when it fits and two looks at it in a row are the same: nothing is on its way any more. */
  atRest(fits: RegExp, pane?: string): Promise<string>;
  /** Names of tmux's keys, or text. */
  keys(...keys: string[]): Promise<void>;
  close(): Promise<void>;
}

export interface TmuxOptions {
  command: readonly string[];
  columns: number;
  rows: number;
  env?: Record<string, string>;
}

export const newTmux = async ({ command, columns, rows, env = {} }: TmuxOptions): Promise<Tmux> => {
  const socket = `turingos-test-${randomBytes(4).toString('hex')}`;
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TMUX|CI$|NO_COLOR|VITEST|NODE_ENV|NODE_OPTIONS)/.test(name)),
  );
  const options = { env: { ...clean, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env } };
  const tmux = async (...args: string[]): Promise<string> =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...args], options)).stdout;
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // The pane stays when its program ends, so that what it left can be looked at.
  await tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), 'sleep 100000');
  await tmux('set-option', '-g', 'remain-on-exit', 'on');
  await tmux('respawn-pane', '-k', quoted);
  const screen = async (pane = '0'): Promise<string> => await tmux('capture-pane', '-p', '-t', `:0.${pane}`);
  const waitFor: Tmux['waitFor'] = async (fits, pane) => {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const text = await screen(pane);
      if (typeof fits === 'function' ? fits(text) : fits.test(text)) return text;
      if (performance.now() > end) throw new Error(`${WAIT_MS} ms passed while waiting for ${fits}\n${text}`);
      await sleep(LOOK_MS);
    }
  };
  return {
    tmux,
    screen,
    waitFor,
    atRest: async (fits, pane) => {
      let before = '';
      return await waitFor((text) => {
        const rests = text === before && fits.test(text);
        before = text;
        return rests;
      }, pane);
    },
    keys: async (...keys) => void (await tmux('send-keys', '-t', ':0.0', ...keys)),
    close: async () => void (await tmux('kill-server').catch(() => '')),
  };
};
