import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cannotBeRead, cannotBeWritten, JournalError } from './errors.ts';

/** Who holds a lock. Pids come round again, also after a reboot; together with the other two they do not. */
export interface Holder {
  pid: number;
  /** Clock ticks after boot (`/proc/<pid>/stat`, field 22); null where the system does not tell. */
  startTime: string | null;
  bootId: string | null;
}

export interface Lock {
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
 */
export function takeLock(path: string, self: Holder = identify(process.pid)): Lock {
  const text = JSON.stringify(self);
  const temporary = `${path}.${self.pid}-${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, text);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotBeWritten(dirname(path), error);
  }
  try {
    while (!linked(temporary, path)) {
      if (!refuseLive(path)) continue;
      const guard = takeLock(`${path}.takeover`, self);
      try {
        if (!refuseLive(path)) continue;
        renameSync(temporary, path);
        break;
      } finally {
        guard.release();
      }
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  return {
    release: () => {
      if (read(path) === text) rmSync(path, { force: true });
    },
  };
}

/** True when `path` holds a stale lock, false when there is none any more; throws while its holder lives, or may live. */
function refuseLive(path: string): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    // Another user's, or no file at all: it would stay so for ever, and nobody can tell whose it is.
    throw cannotBeRead(path, error);
  }
  const holder = parseHolder(text);
  if (holder !== undefined && isAlive(holder)) {
    throw new JournalError(
      'locked',
      `The journal is being written by process ${holder.pid} (${path}); attach to that run, or end the process first.`,
    );
  }
  return true;
}

export function identify(pid: number): Holder {
  return { pid, startTime: processStat(pid)?.startTime ?? null, bootId: bootId() };
}

/** Whether the process that took a lock still runs; one that ended and was not yet waited for does not. */
export function isAlive(holder: Holder): boolean {
  const boot = bootId();
  if (boot !== null && holder.bootId !== null && boot !== holder.bootId) return false;
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

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    if (typeof value?.pid !== 'number') return undefined;
    return { pid: value.pid, startTime: value.startTime ?? null, bootId: value.bootId ?? null };
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
