/** Keys under which the kernel remembers what was executed and what was looked at. */
import { findCap } from './caps.ts';
import { shortHash } from './digest.ts';
import { aim } from './loops.ts';
import type { Proc } from './state.ts';
import type { ExecOp } from './syscalls.ts';

const LOOK_MAX = 120;

/** A command in a world: the argv it stands for and the world hash before it. */
export const execKey = (proc: Proc, op: ExecOp, worldHash: string): string =>
  shortHash(JSON.stringify([findCap(proc, op.cap)?.argv ?? [op.cap], op.args, worldHash]));

/** What the accepted reply looks at: the handle and the target behind it. */
export const lookKey = (proc: Proc): string => {
  const world = proc.dispatch?.reply?.world ?? null;
  const target = world !== null && 'cap' in world ? findCap(proc, world.cap)?.target : undefined;
  const key = target === undefined ? aim(world) : `${aim(world)} ${target}`;
  return key.length <= LOOK_MAX ? key : shortHash(key);
};

/** The key under which a process remembers a consensus: the same results joined again are nothing new. */
export const joinKey = (results: readonly (string | null)[]): string => shortHash(JSON.stringify(results));
