/**
 * Files reached one directory after the other, none of them through a symbolic link, so that a directory which is swapped for a
 * link between a check and its use leads nowhere. Linux gives this as openat(2), Node as paths below /proc/self/fd.
 */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type Stats,
} from 'node:fs';
import { forSystem } from './names.ts';

/** Names a file without opening it: takes no permission on it and disturbs no FIFO or device. Not among Node's constants. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_RDONLY } = constants;

/** Whether this system has what all of this rests on. */
export const canOpenAt = (): boolean => existsSync('/proc/self/fd');

/** A path for a name in an open directory. */
export const at = (dirFd: number, name: string): string | Buffer => forSystem(`/proc/self/fd/${dirFd}/${name}`);

/** @throws ENOTDIR or ELOOP where it is no directory itself */
export const openDir = (path: string | Buffer): number => openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);

/** Calls `use` with the directory that is open for that time only. */
export const within = <T>(dirFd: number, use: (fd: number) => T): T => {
  try {
    return use(dirFd);
  } finally {
    closeSync(dirFd);
  }
};

/** Opens the directory at the end of `segments`; the caller closes it. */
export const walk = (root: string | Buffer, segments: readonly string[]): number => {
  let fd = openDir(root);
  for (const segment of segments) fd = within(fd, (parent) => openDir(at(parent, segment)));
  return fd;
};

export const statAt = (dirFd: number, name: string): Stats => lstatSync(at(dirFd, name));

/**
 * Reads a regular file in an open directory, one that its owner may not read included.
 * @param expected what a look at it gave before
 * @throws where it is another file by now, or none
 */
export const readAt = (dirFd: number, name: string, expected: Stats): Buffer => {
  const readable = (path: string | Buffer): number => openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  let fd: number;
  try {
    fd = readable(at(dirFd, name));
  } catch (error) {
    if (!isDenied(error)) throw error;
    fd = opened(dirFd, name, expected);
  }
  return within(fd, () => {
    same(fstatSync(fd), expected);
    return readFileSync(fd);
  });
};

/** Opens what the mode denies, by changing the mode for a moment. */
const opened = (dirFd: number, name: string, expected: Stats): number =>
  within(openSync(at(dirFd, name), O_PATH | O_NOFOLLOW), (held) => {
    same(fstatSync(held), expected);
    const path = `/proc/self/fd/${held}`;
    const mode = expected.mode & 0o7777;
    chmodSync(path, mode | 0o400);
    const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    fchmodSync(fd, mode);
    return fd;
  });

const same = (now: Stats, expected: Stats): void => {
  if (now.isFile() && now.ino === expected.ino && now.dev === expected.dev) return;
  throw Object.assign(new Error('it was changed while it was read'), { code: 'EAGAIN' });
};

/** Sets the mode of an open directory. */
export const chmodDir = (dirFd: number, mode: number): void => chmodSync(`/proc/self/fd/${dirFd}`, mode);

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const isDenied = (error: unknown): boolean => codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
