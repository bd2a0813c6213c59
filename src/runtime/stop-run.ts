/** Ends a live run: by command, and where the kernel does not obey in time by force. Leaves nothing of its process group. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Holder, isAlive } from '../journal/lock.ts';
import { procLabel, ROOT_PID } from '../kernel/index.ts';
import { connectControl, NoKernel } from './control-client.ts';
import type { CommandParams } from './control-protocol.ts';
import { EXIT } from './exit-codes.ts';
import { findKernel } from './find-kernel.ts';
import { lastRecords } from './journal-tail.ts';
import { markKilled, unmarkKilled } from './killed-mark.ts';
import { groupMembers, killGroup, lockHolder } from './liveness.ts';
import { UserError } from './user-error.ts';

/** How long the kernel may take to end by itself. */
export const GRACE_MS = 200;
/** How much of that goes into asking over the socket; the rest is for who has to be asked by signal. */
const ASK_MS = GRACE_MS / 2;
const POLL_MS = 2;
/** How long one may take that cannot be forced. */
const UNSEEN_MS = 5000;

export interface Stopped {
  /** By its own journalled decision, or by SIGKILL. */
  by: 'command' | 'force';
  /** Dispatches; null where the journal has no end. */
  tick: number | null;
  /** The journal has no end, and no mark could be left beside it that says who ended the run. */
  unmarked?: true;
  /** Streams that were under way, with the tokens that are kept. */
  streams: { pid: number; label: string; tokens: number }[];
  /** Other processes that were ended, as people name them. */
  others: string[];
  /** Null where the kernel's pid is of another PID namespace. */
  group: number | null;
  /** Processes of the group besides the kernel that had to be ended. */
  strays: number[];
  /** From the request to the last process gone. */
  ms: number;
}

/** @param holder of the journal's lock, alive */
export const stopRun = async (dir: string, socket: string, holder: Holder, why: CommandParams): Promise<Stopped> => {
  const begun = performance.now();
  const left = (): number => Math.max(1, ASK_MS - (performance.now() - begun));
  // Before the order: a kernel that obeys gives its lock back.
  const isLost = lockHolder(dir)?.pid !== holder.pid;
  await order(socket, holder, why, left);
  // Where the lock is lost only the process's end shows that the journal is closed.
  const writing = (): boolean => isAlive(holder) && (isLost || lockHolder(dir)?.pid === holder.pid);
  while (writing() && performance.now() - begun < GRACE_MS) await sleep(POLL_MS);
  const obeyed = !writing();
  const strays = groupMembers(holder.pid).filter((pid) => pid !== holder.pid);
  // Before the kernel is gone: whoever waits for it asks then how it ended.
  const marked = obeyed || markKilled(dir, why);
  // A kernel that has closed its journal has nothing left to do but to let go of memory: there is no need to wait for that.
  killGroup(holder.pid);
  while (isAlive(holder)) await sleep(POLL_MS);
  // Looking for a group's members means looking at every process there is.
  while (groupMembers(holder.pid).length > 0) await sleep(POLL_MS);
  const ms = Math.round(performance.now() - begun);
  const end = await told(dir);
  // It was slow, but had the last word.
  if (!obeyed && end.tick !== null) unmarkKilled(dir);
  const unmarked = end.tick === null && !marked ? { unmarked: true as const } : {};
  return { by: obeyed ? 'command' : 'force', ...end, ...unmarked, group: holder.pid, strays, ms };
};

/**
 * As `stopRun`, of a kernel whose pid is not known here: it can be asked, and not forced.
 * @throws UserError where it does not obey
 */
export const stopUnseen = async (id: string, dir: string, socket: string, why: CommandParams): Promise<Stopped> => {
  const begun = performance.now();
  try {
    const client = await connectControl(socket, UNSEEN_MS);
    await client.command(why, UNSEEN_MS).finally(() => client.close());
    while ((await findKernel(dir)).is !== 'none' && performance.now() - begun < UNSEEN_MS) await sleep(POLL_MS * 10);
  } catch (error) {
    if (!(error instanceof NoKernel)) throw error;
  }
  const end = await told(dir);
  if (end.tick === null) {
    throw new UserError(
      `run ${id} cannot be killed from here: its kernel does not obey, and its process cannot be seen (another container, or a lost journal/lock); end the process where it runs`,
      EXIT.busy,
    );
  }
  return { by: 'command', ...end, group: null, strays: [], ms: Math.round(performance.now() - begun) };
};

/**
 * Whether the kernel obeys is seen from its end, not from its answer. One that cannot be reached is asked by SIGTERM, which it
 * journals as a kill too; for one that is ending already that is nothing.
 */
const order = async (socket: string, holder: Holder, why: CommandParams, left: () => number): Promise<void> => {
  try {
    const client = await connectControl(socket, left());
    await client.command(why, left()).finally(() => client.close());
  } catch {
    terminate(holder);
  }
};

const terminate = (holder: Holder): void => {
  try {
    if (isAlive(holder)) process.kill(holder.pid, 'SIGTERM');
  } catch {
    // Gone meanwhile.
  }
};

/** What the end of the journal says about what was ended. */
const told = async (dir: string): Promise<Pick<Stopped, 'tick' | 'streams' | 'others'>> => {
  const tail = await lastRecords(dir);
  const batch = tail.slice(tail.findLastIndex(({ kind }) => kind === 'operator.commanded'));
  const run = batch.find(({ kind }) => kind === 'run.ended');
  if (run === undefined) return { tick: null, streams: [], others: [] };
  const streams = batch
    .filter(({ kind }) => kind === 'stream.aborted')
    .map((note) => ({ pid: note.pid as number, label: label(note.pid as number), tokens: note.tokens as number }))
    .sort((a, b) => a.pid - b.pid);
  const streaming = new Set(streams.map(({ pid }) => pid));
  const others = batch
    .filter(({ kind, pid }) => kind === 'process.ended' && !streaming.has(pid as number))
    .map(({ pid }) => label(pid as number));
  return { tick: run.ticks as number, streams, others };
};

/** Only the root plans; whoever it forks works. */
const label = (pid: number): string => procLabel({ pid, role: pid === ROOT_PID ? 'planner' : 'worker' });
