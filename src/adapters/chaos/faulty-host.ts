/** The machine under the kernel, as far as the chaos plan can spoil it: the disk, the clock, the process itself. */
import { writeSync } from 'node:fs';
import type { Host } from '../../runtime/ports.ts';

/** Milliseconds that a `disk.full` lasts. */
export const FULL_MS = 1200;

export interface FaultyHost extends Host {
  /** For the journal: as `writeSync`, but for want of room while the disk is full. */
  write(fd: number, bytes: Buffer, offset: number): number;
  /** For the journal: milliseconds since the epoch, as the clock shows them. */
  now(): number;
}

export const faultyHost = (): FaultyHost => {
  let fullUntil = 0;
  let offset = 0;
  return {
    fillDisk: () => {
      fullUntil = performance.now() + FULL_MS;
    },
    jumpClock: (ms) => {
      offset += ms;
    },
    kill: () => process.kill(process.pid, 'SIGKILL'),
    write: (fd, bytes, from) => {
      if (performance.now() >= fullUntil) return writeSync(fd, bytes, from);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    now: () => Date.now() + offset,
  };
};
