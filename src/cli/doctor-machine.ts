/** What `turingos doctor` looks at on this machine: Node, terminal, tmux, sandbox, the place for runs. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openSandbox, SandboxUnavailable } from '../adapters/sandbox/sandbox.ts';
import { lookFromEnvironment, makeLook } from '../components/look.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';

/** As package.json's `engines` has it. */
const NODE = [22, 12] as const;

export const checkNode = (version = process.versions.node): Check => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return ok('node', version);
  return fail('node', version, `install Node ${NODE.join('.')} or newer, or run \`npm ci\`, which brings one`);
};

/** What the console is complete in, and what it can still be used in. */
const WHOLE = { columns: 80, rows: 24 };
const LEAST = { columns: 60, rows: 20 };

export const checkTerminal = (
  { isTTY, columns = 0, rows = 0 }: Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>> = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): Check => {
  const name = 'terminal';
  if (isTTY !== true) return warn(name, 'none: this is a pipe or a file', 'for the console start it on a terminal');
  const { unicode, paint } = lookFromEnvironment(env);
  const colours = paint('error', 'x') !== makeLook({ colours: false, unicode }).paint('error', 'x');
  const size = `${columns}x${rows}`;
  const found = `${size}, ${colours ? 'colours' : 'no colours'}, ${unicode ? 'UTF-8' : 'ASCII only'}`;
  if (columns < LEAST.columns || rows < LEAST.rows) {
    return warn(name, found, `make it at least ${LEAST.columns}x${LEAST.rows}`);
  }
  if (columns < WHOLE.columns || rows < WHOLE.rows) {
    return warn(name, found, `the console is complete from ${WHOLE.columns}x${WHOLE.rows} on`);
  }
  if (!unicode) return warn(name, found, 'set LANG to a locale with UTF-8, for example C.UTF-8');
  if (!colours) return warn(name, found, 'unset NO_COLOR, or set TERM to what the terminal is, if you want colours');
  return ok(name, found);
};

const TMUX_MS = 5000;

export const checkTmux = async (): Promise<Check> => {
  try {
    const { stdout } = await promisify(execFile)('tmux', ['-V'], { timeout: TMUX_MS });
    const inside = (process.env.TMUX ?? '') === '' ? '' : ', and this is inside it';
    return ok('tmux', `${stdout.trim().replace(/^tmux /, '')}${inside}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return warn(
        'tmux',
        'not installed',
        'install tmux to keep a console open when its terminal goes; runs stay anyway',
      );
    }
    return warn('tmux', 'it is there, but does not say its version', 'try `tmux -V`');
  }
};

export const checkSandbox = async (): Promise<Check> => {
  const startedAt = performance.now();
  try {
    const { kind } = await openSandbox('auto');
    return ok('sandbox', `${kind} ran a command`, performance.now() - startedAt);
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    return warn('sandbox', error.message.replace(/\.$/, ''), 'only tasks with commands of their own need it');
  }
};

const MIB = 1024 ** 2;
/** A segment of a journal, and what a long run with its files may come to, in MiB. */
const ROOM = { least: 64, good: 1024 };

const freeMib = (place: string): number => {
  const { bavail, bsize } = statfsSync(place);
  return Math.floor((bavail * bsize) / MIB);
};

/** @param freeIn for tests: MiB that are free at a place */
export const checkHome = (home: string, freeIn = freeMib): Check => {
  const name = 'home';
  const place = nearestThere(home);
  try {
    rmSync(mkdtempSync(join(place, '.turingos-doctor-')), { recursive: true });
    const free = freeIn(place);
    const found = `${home} can be written, ${free} MiB free`;
    if (free < ROOM.least) return fail(name, found, `make room, or name another --home: ${ROOM.least} MiB at least`);
    return free < ROOM.good ? warn(name, found, 'make room before long runs') : ok(name, found);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail(name, `${home} cannot be written (${code})`, 'name a writable --home');
  }
};

/** A home is made by the first run. */
const nearestThere = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : nearestThere(dirname(path));
