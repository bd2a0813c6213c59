/** Ends a live run: by command, and where the kernel does not obey in time by force. Leaves nothing of its process group. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readRecords } from '../journal/index.ts';
import { type Holder, isAlive } from '../journal/lock.ts';
import { type ControlClient, connectControl, NoKernel } from './control-client.ts';
import type { CommandParams, CommandResult, RunStatus } from './control-protocol.ts';
import { groupMembers, killGroup } from './liveness.ts';

/** How long the kernel may take to end by itself. */
export const GRACE_MS = 200;
const POLL_MS = 2;

export interface Stopped {
  /** By its own journalled decision, or by SIGKILL. */
  by: 'command' | 'force';
  /** Dispatches; null where the kernel did not say. */
  tick: number | null;
  /** Streams that were under way, with the tokens that are kept. */
  streams: { pid: number; label: string; tokens: number }[];
  /** Other processes that were ended, as people name them. */
  others: string[];
  group: number;
  /** Processes of the group besides the kernel that had to be ended. */
  strays: number[];
  /** From the request to the last process gone. */
  ms: number;
}

/** @param holder of the journal's lock, alive */
export const stopRun = async (dir: string, socket: string, holder: Holder, why: CommandParams): Promise<Stopped> => {
  const begun = performance.now();
  const left = (): number => Math.max(1, GRACE_MS - (performance.now() - begun));
  const answer = await ask(socket, why, left);
  while (isAlive(holder) && performance.now() - begun < GRACE_MS) await sleep(POLL_MS);
  const strays = groupMembers(holder.pid).filter((pid) => pid !== holder.pid);
  const obeyed = !isAlive(holder);
  if (!obeyed || strays.length > 0) killGroup(holder.pid);
  while (isAlive(holder) || groupMembers(holder.pid).length > 0) await sleep(POLL_MS);
  const ms = Math.round(performance.now() - begun);
  const group = { group: holder.pid, strays, ms };
  if (answer === undefined) return { by: 'force', tick: null, streams: [], others: [], ...group };
  return { by: obeyed ? 'command' : 'force', ...(await ended(dir, answer)), ...group };
};

interface Answer {
  status: RunStatus;
  result: CommandResult;
}

const ask = async (socket: string, why: CommandParams, left: () => number): Promise<Answer | undefined> => {
  let client: ControlClient | undefined;
  try {
    client = await connectControl(socket, left());
    // Sent in one go: the state just before the end, and the end.
    const [status, result] = await Promise.all([client.status(left()), client.command(why, left())]);
    return { status, result };
  } catch (error) {
    if (error instanceof NoKernel) return undefined;
    throw error;
  } finally {
    client?.close();
  }
};

const ended = async (
  dir: string,
  { status, result }: Answer,
): Promise<Pick<Stopped, 'tick' | 'streams' | 'others'>> => {
  const label = (pid: number): string =>
    `${status.procs.find((proc) => proc.pid === pid)?.role === 'planner' ? 'P' : 'w'}${pid}`;
  const streams: Stopped['streams'] = [];
  for await (const record of readRecords(dir, { fromSeq: result.seq })) {
    if (record.kind !== 'stream.aborted') continue;
    const pid = record.pid as number;
    streams.push({ pid, label: label(pid), tokens: record.tokens as number });
  }
  const streaming = new Set(streams.map(({ pid }) => pid));
  const others = result.events.flatMap((event) =>
    event.kind === 'process.ended' && !streaming.has(event.pid) ? [label(event.pid)] : [],
  );
  return { tick: status.tick, streams: streams.sort((a, b) => a.pid - b.pid), others };
};
