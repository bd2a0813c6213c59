/** Where runs live on disk, and how they are named. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT } from './exit-codes.ts';
import { UserError } from './user-error.ts';

/** A path in `sun_path` of a Unix socket may have 107 bytes. */
const SOCKET_PATH_BYTES = 107;
export const SOCKET = 'control.sock';
const ID = /^[0-9a-f]{8}$/;

/** The directory that holds `runs/`. @param home what `--home` said, if anything */
export const homeDir = (home?: string): string => {
  if (home !== undefined) return resolve(home);
  const state = process.env.XDG_STATE_HOME;
  return join(state === undefined || state === '' ? join(homedir(), '.local', 'state') : state, 'turingos');
};

export const runDir = (home: string, id: string): string => join(home, 'runs', id);

/** The files that a run's brains and commands have. */
export const workspaceDir = (dir: string): string => join(dir, 'workspace');
/** The repository of every state that they were in. */
export const shadowDir = (dir: string): string => join(dir, 'shadow.git');

/** Makes a directory and those above it. Node's own recursive mkdir never returns where a parent answers ENOENT, as /proc does. */
const makeDirs = (dir: string): void => {
  if (existsSync(dir)) return;
  if (dirname(dir) !== dir) makeDirs(dirname(dir));
  mkdirSync(dir, { mode: 0o700 });
};

/** Makes the directory of a new run. @returns its id (8 hex digits) and its path */
export const createRunDir = (home: string): { id: string; dir: string } => {
  try {
    makeDirs(join(home, 'runs'));
    for (;;) {
      const id = randomBytes(4).toString('hex');
      const dir = runDir(home, id);
      try {
        mkdirSync(dir, { mode: 0o700 });
        return { id, dir };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(`cannot make a run under ${home} (${reason}): name a writable --home`, EXIT.unavailable);
  }
};

/** Ids of all runs, in no order. */
export const runIds = (home: string): string[] => {
  try {
    return readdirSync(join(home, 'runs')).filter((name) => ID.test(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new UserError(`the runs under ${home} cannot be read (${code}): name another --home`, EXIT.unavailable);
  }
};

/**
 * Where a run's control socket is to be: in its directory, or, where that path is too long for a socket, in a place of its own
 * under `$XDG_RUNTIME_DIR` or the directory for temporary files.
 */
export const socketPath = (dir: string, id: string): string => {
  const plain = join(dir, SOCKET);
  if (Buffer.byteLength(plain) <= SOCKET_PATH_BYTES) return plain;
  const runtime = process.env.XDG_RUNTIME_DIR;
  const short = runtime === undefined ? undefined : join(runtime, `turingos-${id}.sock`);
  if (short !== undefined && Buffer.byteLength(short) <= SOCKET_PATH_BYTES) return short;
  return join(mkdtempSync(ownPlace()), `${id}.sock`);
};

/**
 * Where the socket of a run is to be that is resumed: where it was, unless that place is gone, or is in another directory. A
 * run that was copied must not answer in the place of the one it was copied from.
 */
export const socketAgain = (socket: string, dir: string, id: string): string => {
  const elsewhere = basename(socket) === SOCKET && dirname(socket) !== dir;
  return elsewhere || !existsSync(dirname(socket)) ? socketPath(dir, id) : socket;
};

const ownPlace = (): string => join(tmpdir(), 'turingos-');

/** Takes away the place that was made for a socket alone, once the socket is gone. */
export const dropSocketPlace = (socket: string): void => {
  const place = dirname(socket);
  if (dirname(place) !== tmpdir() || !place.startsWith(ownPlace())) return;
  try {
    rmdirSync(place);
  } catch {
    // Not empty: somebody else uses it.
  }
};
