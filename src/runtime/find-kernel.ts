/**
 * Whether a run's kernel lives, from two things that no single loss or container hides at once: the journal's lock, and the
 * socket on which it listens. That somebody holds a listening socket the operating system knows, also of a kernel that is
 * stopped, and across PID namespaces.
 */
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { elsewhereSentence, type Holder, parseHolder, standingOf } from '../journal/lock.ts';
import { connectControl } from './control-client.ts';
import { EXIT } from './exit-codes.ts';
import { lockFile } from './liveness.ts';
import { readManifest } from './manifest.ts';
import { SOCKET } from './run-dir.ts';
import { UserError } from './user-error.ts';

export type Kernel =
  /** `deadLock`: the text of a lock whose holder is dead, though its PID namespace cannot be looked into. */
  | { is: 'none'; deadLock?: string }
  | { is: 'here'; holder: Holder }
  /** It listens, but its pid is of another PID namespace, or its lock is lost and it does not answer: null. */
  | { is: 'elsewhere'; pid: number | null }
  /** Its lock is of another PID namespace, and there is no socket of it. */
  | { is: 'unknown'; pid: number };

const ASK_MS = 200;

/** Where a run's kernel listens. A copied run does not speak for the one it was copied from. */
export const socketOf = (dir: string): string => {
  const socket = readManifest(dir)?.socket;
  return socket === undefined || basename(socket) === SOCKET ? join(dir, SOCKET) : socket;
};

export const findKernel = async (dir: string): Promise<Kernel> => {
  const text = lockText(dir);
  const holder = text === undefined ? undefined : parseHolder(text);
  const standing = holder === undefined ? 'dead' : standingOf(holder);
  if (holder !== undefined && standing === 'alive') return { is: 'here', holder };
  const socket = socketOf(dir);
  if (await isListening(socket)) {
    const told = holder !== undefined && standing === 'elsewhere' ? holder : await holderBySocket(socket);
    return told !== undefined && standingOf(told) === 'alive'
      ? { is: 'here', holder: told }
      : { is: 'elsewhere', pid: told?.pid ?? null };
  }
  if (holder === undefined || text === undefined || standing === 'dead') return { is: 'none' };
  // A kernel locks its journal first: an older socket is of one before it.
  const [made, locked] = [mtime(socket), mtime(lockFile(dir))];
  if (made !== undefined && locked !== undefined && made >= locked) return { is: 'none', deadLock: text };
  return { is: 'unknown', pid: holder.pid };
};

/** Pid of the run's kernel that lives, or may live; null where none does. */
export const livingPid = async (dir: string): Promise<number | null> => {
  const kernel = await findKernel(dir);
  if (kernel.is === 'none') return null;
  return kernel.is === 'here' ? kernel.holder.pid : (kernel.pid ?? 0);
};

/**
 * @returns `deadLock`, for who takes the journal over
 * @throws UserError where the run's kernel lives, or may live
 */
export const refuseAlive = async (id: string, dir: string): Promise<string | undefined> => {
  const kernel = await findKernel(dir);
  if (kernel.is === 'none') return kernel.deadLock;
  if (kernel.is === 'unknown') throw new UserError(elsewhereSentence(`run ${id}`, lockFile(dir)), EXIT.busy);
  const as =
    kernel.is === 'here'
      ? `, as process ${kernel.holder.pid}`
      : kernel.pid === null
        ? ': its kernel listens, though it does not answer'
        : `, as process ${kernel.pid} of another container (PID namespace)`;
  throw new UserError(
    `run ${id} is alive${as}: there is nothing to resume; \`turingos attach ${id}\` shows it`,
    EXIT.busy,
  );
};

const lockText = (dir: string): string | undefined => {
  try {
    return readFileSync(lockFile(dir), 'utf8');
  } catch {
    return undefined;
  }
};

const mtime = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** A stopped process accepts connections too: the system does that for it. */
const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const tell = (listens: boolean): void => {
      socket.destroy();
      resolve(listens);
    };
    socket.once('connect', () => tell(true));
    // EAGAIN: so many wait to be answered that there is no room for another one.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => tell(code === 'EAGAIN'));
  });

const holderBySocket = async (path: string): Promise<Holder | undefined> => {
  try {
    const client = await connectControl(path, ASK_MS);
    const { holder } = await client.status(ASK_MS).finally(() => client.close());
    return holder;
  } catch {
    return undefined;
  }
};
