/** A tree of processes, seen from outside by way of /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended meanwhile.
    return '';
  }
};

const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      read(`/proc/${pid}/task/${task}/children`)
        .split(' ')
        .filter((word) => word !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
};

/**
 * Memory of a process and all below it, bytes: what is theirs alone and what they share among each other, not files.
 * Pages shared after a fork count for each, so this errs on the high side.
 */
export const memoryOfTree = (root: number): number => {
  let kilobytes = 0;
  const rest = [root];
  for (let pid = rest.pop(); pid !== undefined; pid = rest.pop()) {
    for (const found of read(`/proc/${pid}/status`).matchAll(/^Rss(?:Anon|Shmem):\s+(\d+)/gm)) {
      kilobytes += Number(found[1]);
    }
    rest.push(...childrenOf(pid));
  }
  return kilobytes * 1024;
};

/** A process by its number and its start, since numbers are used again. */
export interface Member {
  pid: number;
  /** In clock ticks since the machine started; empty for a process that was over when it was looked at. */
  since: string;
}

/** State and start, fields 3 and 22 of /proc/PID/stat; the name before them may contain anything. */
const stateAndStart = (pid: number): string[] => {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[0] ?? '', fields[19] ?? ''];
};

export const member = (pid: number): Member => ({ pid, since: stateAndStart(pid)[1] as string });

/** Ended, or a zombie: the init of a process namespace becomes one only after all others in it are gone. */
export const isOver = ({ pid, since }: Member): boolean => {
  const [state, start] = stateAndStart(pid);
  return start !== since || start === '' || state === 'Z' || state === 'X';
};

/** Resolves when the init of a process namespace is over, and with it every process inside. */
export const treeIsOver = async (init: Member): Promise<void> => {
  while (!isOver(init)) await sleep(1);
};
