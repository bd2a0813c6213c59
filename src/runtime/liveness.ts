/** Whether a run's kernel process is alive, from the journal's lock alone: pid, start time, boot id and PID namespace, so that no other process counts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Holder, isAlive, parseHolder } from '../journal/lock.ts';

export const lockFile = (dir: string): string => join(dir, 'journal', 'lock');

/** Who wrote or writes the journal; undefined where nobody holds or held it when it ended. */
export const lockHolder = (dir: string): Holder | undefined => {
  try {
    return parseHolder(readFileSync(lockFile(dir), 'utf8'));
  } catch {
    return undefined;
  }
};

/** Pid of the run's kernel, where its lock shows that it lives; `findKernel` finds the others too. */
export const kernelPid = (dir: string): number | undefined => {
  const holder = lockHolder(dir);
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined;
};

/** The same, where that process is stopped: by SIGSTOP, or under a debugger. It lives, and answers nothing. */
const stoppedPid = (dir: string): number | undefined => {
  const pid = kernelPid(dir);
  return pid !== undefined && 'Tt'.includes(statOf(pid)?.[0] ?? '-') ? pid : undefined;
};

/** What is said everywhere of a kernel that is stopped; null where it is not. */
export const stoppedText = (dir: string): string | null => {
  const pid = stoppedPid(dir);
  return pid === undefined
    ? null
    : `its kernel, process ${pid}, is stopped and does not answer: kill -CONT ${pid} lets it go on`;
};

/** Pids in a process group that still run; zombies, which only wait to be counted, do not. */
export const groupMembers = (group: number): number[] => {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return groupAnswers(group) ? [group] : [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => inGroup(pid, group));
};

const inGroup = (pid: number, group: number): boolean => {
  const [state, , pgrp] = statOf(pid) ?? [];
  return Number(pgrp) === group && state !== 'Z' && state !== 'X';
};

/** From the state on, which stands behind the command's name; undefined where there is no such process. */
const statOf = (pid: number): string[] | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
};

const groupAnswers = (group: number): boolean => {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
};

/** Ends a whole process group, at once and without asking. */
export const killGroup = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It is gone: that is what was wanted.
  }
};
