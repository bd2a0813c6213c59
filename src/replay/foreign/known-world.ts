/**
 * The world as far as a journal tells of it, and by our rules what was progress in it. The earlier system recorded no world
 * hashes, so that what was written stands for the whole.
 */

import type { Progress } from '../../kernel/records/index.ts';
import { LIMITS, type WorldOp } from '../../kernel/syscalls.ts';
import { sha256 } from './chain.ts';

export interface KnownWorld {
  /** Hash of all that was written so far. */
  hash(): string;
  /** Takes a committed op over. */
  perform(op: WorldOp | null): Progress;
}

export const knownWorld = (firstLooks: number): KnownWorld => {
  const files = new Map<string, string>();
  let now = sha256('');
  const worlds = new Set([now]);
  const execs = new Set<string>();
  const looks = new Set<string>();
  const gained = (progress: 'write' | 'exec'): Progress => {
    looks.clear();
    return progress;
  };
  return {
    hash: () => now,
    perform: (op) => {
      if (op?.op === 'SYS_WRITE' && 'content' in op) {
        files.set(op.cap, sha256(op.content));
        now = sha256(JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
        if (worlds.has(now)) return null;
        worlds.add(now);
        return gained('write');
      }
      if (op?.op === 'SYS_EXEC') {
        const key = JSON.stringify([op.args, now]);
        if (execs.has(key)) return null;
        execs.add(key);
        return gained('exec');
      }
      if (op?.op !== 'SYS_GOTO') return null;
      const target = 'view' in op ? op.view : op.cap.slice(0, LIMITS.handle);
      if (looks.has(target) || looks.size >= firstLooks) return null;
      looks.add(target);
      return 'look';
    },
  };
};
