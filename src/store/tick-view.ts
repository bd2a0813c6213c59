/**
 * One tick in full: what its brain saw and answered, what the kernel decided and why, what changed, and what came of it. Made
 * from a few bounded reads, so it opens as fast in a long run as in a short one.
 */
import type { Cap } from '../kernel/records/index.ts';
import { type Proc, ROOT_PID } from '../kernel/state.ts';
import type { LiveState } from './live-state.ts';
import { roleLetter } from './op-text.ts';
import { type Change, changesOf, momentsOf } from './tick-view/changes.ts';
import { type DecisionLine, decisionLines } from './tick-view/decision.ts';
import { whatFollowed } from './tick-view/followed.ts';
import { type TickFrame, tickFrame } from './tick-view/frame.ts';
import { gatherTick, lastOf, type TickRecords } from './tick-view/gather.ts';
import type { FollowLine } from './tick-view/reading-on.ts';
import { type TickReply, tickReply } from './tick-view/reply.ts';
import { resultOf, type Versus, versusOf } from './tick-view/versus.ts';
import { type WorldChange, worldChange } from './tick-view/world.ts';
import type { TimeSource } from './time-source.ts';

export interface TickView {
  tick: number;
  pid: number;
  /** `P1`, `w5`. */
  who: string;
  role: 'planner' | 'worker';
  /** As it was after the tick; an ended one as it was last. */
  proc: Proc | undefined;
  step: { map: string; n: number; of: number; ballot: number } | null;
  /** Seq of the dispatch, and of the tick's last record so far. */
  seq: number;
  end: number;
  /** When it was decided, where it was: of the first record of `decision`; milliseconds since the epoch. */
  ms: number;
  /** Its outcome is not there yet. */
  open: boolean;
  /** Seq of its trap; null for none. */
  trap: number | null;
  /** What came of it: `EACCES`, `progress: write`, `vote 13720`. */
  result: string;
  frame: TickFrame | null;
  reply: TickReply;
  decision: readonly DecisionLine[];
  changed: readonly Change[];
  same: readonly string[];
  world: WorldChange;
  followed: readonly FollowLine[];
  versus: readonly Versus[];
  /** The run before the decision and after the tick's last record, and as far as it has come. */
  before: LiveState;
  after: LiveState;
  last: LiveState;
  /** The last tick and the last seq there are. */
  of: { tick: number; seq: number };
}

export type { Change, DecisionLine, FollowLine, TickFrame, TickReply, Versus, WorldChange };

/** @returns undefined where there was no such tick */
export const tickView = async (source: TimeSource, tick: number): Promise<TickView | undefined> => {
  const [found, { last: newest }] = await Promise.all([gatherTick(source, tick), source.extent()]);
  if (found === undefined) return undefined;
  const caps = {} as Readonly<Record<string, Cap>>;
  const from = decisionLines(found, caps)[0]?.seq ?? found.seq;
  const decided = isDecided(found);
  const moments = await momentsOf(source, found, decided ? from : found.end + 1);
  const before = moments.before.live;
  const states = { before, after: moments.after.live, last: await stateNow(source, newest.seq) };
  const followed = await whatFollowed(source, found, states);
  const [frame, world, versus] = await Promise.all([
    tickFrame(source, found, before),
    worldChange(source, found, states),
    versusOf(source, found, states, followed.siblings),
  ]);
  const proc = moments.before.proc ?? moments.after.proc;
  const role = proc?.role ?? (found.pid === ROOT_PID ? 'planner' : 'worker');
  const { changed, same } = changesOf(found, moments);
  return {
    ...{ tick, pid: found.pid, who: `${roleLetter(role)}${found.pid}`, role },
    ...{ proc: moments.after.proc, step: proc?.step ?? null },
    ...{ seq: found.seq, end: found.end, ms: timeAt(found, from), open: found.closing === null },
    trap: lastOf(found, 'trap.raised')?.seq ?? null,
    result: resultOf(found),
    reply: tickReply(found, before),
    decision: decisionLines(found, proc?.caps ?? caps),
    followed: followed.lines,
    ...{ frame, changed, same, world, versus, ...states, of: { tick: newest.tick, seq: newest.seq } },
  };
};

const timeAt = ({ all }: TickRecords, seq: number): number =>
  Date.parse((all.find((rec) => rec.seq === seq) ?? all[0])?.ts ?? '');

/** Whether there is anything but preparation. */
const isDecided = (found: TickRecords): boolean =>
  found.closing !== null || lastOf(found, 'brain.replied') !== undefined || lastOf(found, 'brain.failed') !== undefined;

/** The newest state changes only when records come; several ticks of a run that is over share it. */
const newest = new WeakMap<TimeSource, { seq: number; state: Promise<LiveState> }>();

const stateNow = (source: TimeSource, seq: number): Promise<LiveState> => {
  const known = newest.get(source);
  if (known?.seq === seq) return known.state;
  const state = source.stateAt(seq);
  newest.set(source, { seq, state });
  return state;
};
