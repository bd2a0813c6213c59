import { randomBytes } from 'node:crypto';
import {
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { cannotBeRead, cannotBeWritten, JournalError } from './errors.ts';

/**
 * Who holds a lock. Pids come round again, also after a reboot; together with the other three they do not. In another PID
 * namespace (a container that shares the directory) a pid names somebody else, or nobody.
 */
export interface Holder {
  pid: number;
  /** Clock ticks after boot (`/proc/<pid>/stat`, field 22); null where the system does not tell. */
  startTime: string | null;
  bootId: string | null;
  /** What `/proc/self/ns/pid` names. */
  pidNs: string | null;
}

/** `elsewhere`: in a PID namespace that cannot be looked into from here. */
export type Standing = 'alive' | 'dead' | 'elsewhere';

export interface Lock {
  /**
   * Looks whether the file is still this lock, and puts it back where it was deleted, emptied or cut. Throws `JournalError`
   * `locked` where somebody else holds it by now.
   */
  keep(): void;
  release(): void;
}

/**
 * Takes the lock file at `path`, or throws `JournalError` `locked` naming the live holder. A lock whose holder is gone is
 * taken over.
 *
 * The file is created by a hard link from a complete temporary file, so nobody ever reads a half-written one. Taking over
 * is the dangerous part: of two that find the same stale lock, the slower must not remove the faster one's new lock. So a
 * stale lock is replaced only by who holds the lock `<path>.takeover`, after looking again; that one is taken by the same
 * rules.
 *
 * @param dead a lock's text whose holder is known to be dead, though that cannot be seen from this PID namespace
 */
export function takeLock(path: string, self: Holder = identify(process.pid), dead?: string): Lock {
  const text = JSON.stringify(self);
  put(path, self, dead);
  const stat = (): Stats | undefined => statSync(path, { throwIfNoEntry: false });
  let mine = stat();
  const madeAt = mine?.mtime;
  return {
    keep: () => {
      if (isSame(stat(), mine)) return;
      if (read(path) !== text) put(path, self, undefined, madeAt);
      mine = stat();
    },
    release: () => {
      if (read(path) === text) rmSync(path, { force: true });
    },
  };
}

const isSame = (a: Stats | undefined, b: Stats | undefined): boolean =>
  a !== undefined && b !== undefined && a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs;

/** @param time of the file; without it, now */
function put(path: string, self: Holder, dead: string | undefined, time?: Date): void {
  const temporary = `${path}.${self.pid}-${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, JSON.stringify(self));
    // Whether a socket is of this holder is told by which of the two is younger.
    if (time !== undefined) utimesSync(temporary, time, time);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotBeWritten(dirname(path), error);
  }
  try {
    while (!linked(temporary, path)) {
      if (!refuseLive(path, dead)) continue;
      const guard = takeLock(`${path}.takeover`, self);
      try {
        if (!refuseLive(path, dead)) continue;
        renameSync(temporary, path);
        break;
      } finally {
        guard.release();
      }
    }
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** True when `path` holds a stale lock, false when there is none any more; throws while its holder lives, or may live. */
function refuseLive(path: string, dead: string | undefined): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    // Another user's, or no file at all: it would stay so for ever, and nobody can tell whose it is.
    throw cannotBeRead(path, error);
  }
  const holder = parseHolder(text);
  if (holder === undefined || text === dead) return true;
  const standing = standingOf(holder);
  if (standing === 'alive') {
    throw new JournalError(
      'locked',
      `The journal is being written by process ${holder.pid} (${path}); attach to that run, or end the process first.`,
    );
  }
  if (standing === 'elsewhere') throw new JournalError('locked', elsewhereSentence('The journal', path));
  return true;
}

/** @param what of which nobody here can tell whether it is being written */
export const elsewhereSentence = (what: string, lock: string): string =>
  `${what} may be written by a process of another container (PID namespace), which cannot be seen from here: go on there, or, ` +
  `if that one is surely gone, delete ${lock}`;

export function identify(pid: number): Holder {
  return { pid, startTime: processStat(pid)?.startTime ?? null, bootId: bootId(), pidNs: pidNs() };
}

/** Whether the process that took a lock is seen to run; one that ended and was not yet waited for does not. */
export function isAlive(holder: Holder): boolean {
  return standingOf(holder) === 'alive';
}

export function standingOf(holder: Holder): Standing {
  const boot = bootId();
  if (boot !== null && holder.bootId !== null && boot !== holder.bootId) return 'dead';
  const namespace = pidNs();
  if (namespace !== null && holder.pidNs !== null && namespace !== holder.pidNs) return 'elsewhere';
  return runs(holder) ? 'alive' : 'dead';
}

function runs(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = processStat(holder.pid);
  if (stat === undefined) return true;
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return holder.startTime === null || stat.startTime === holder.startTime;
}

/** The command's name stands in parentheses and may contain spaces and parentheses: fields are counted after the last. */
function processStat(pid: number): { state: string; startTime: string } | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

function bootId(): string | null {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function pidNs(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/** Undefined for what no lock says. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    if (typeof value?.pid !== 'number') return undefined;
    const { pid, startTime = null, bootId = null, pidNs = null } = value;
    return { pid, startTime, bootId, pidNs };
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
