/** Files that we hold open and that a child would get without being given them. */
import { readdirSync, readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;

/**
 * Numbers, from 3 on, of files that stay open in a child: what our own parent left open, and what native add-ons open
 * without the flag. Behind such a number may be a directory outside of every fence. Node cannot set the flag, but it
 * can put something else at the same number in the child.
 */
export const inheritedFds = (): number[] =>
  readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > 2 && staysOpen(fd));

const staysOpen = (fd: number): boolean => {
  try {
    const flags = /^flags:\s+([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & O_CLOEXEC) === 0;
  } catch {
    // The directory listing's own number, closed by now.
    return false;
  }
};
