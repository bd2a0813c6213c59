/**
 * Everything that the live screen shows, folded from records: the kernel's own state for what is true now, projections for
 * what has happened. Pure and bounded; the same records give the same screen.
 */
import { evolve } from '../kernel/evolve.ts';
import { withoutHistory } from '../kernel/history.ts';
import type { KernelEvent } from '../kernel/records/index.ts';
import { initialState, type Proc, ROOT_PID, type State } from '../kernel/state.ts';
import { type Denied, foldDenied, noDenied } from './projections/denied.ts';
import { type EndedProc, foldEnded, noEnded } from './projections/ended.ts';
import { type FaultRow, foldFaults, noFaults } from './projections/faults.ts';
import { foldHandles, type HandleUses, noHandleUses } from './projections/handles.ts';
import { foldPanic, noPanic, type PanicBudget } from './projections/panic.ts';
import { foldRunInfo, noRunInfo, type RunInfo } from './projections/run-info.ts';
import { foldStreams, noStreams, type Streams } from './projections/streams.ts';
import { foldThrash, noThrash, type Thrash } from './projections/thrash.ts';
import { foldTimeline, markRecovered, noTimeline, type Timeline } from './projections/timeline.ts';
import { foldTraps, hasRecovered, noTraps, type TrapLog } from './projections/traps.ts';
import { foldVotes, type MapVotes, noVotes } from './projections/votes.ts';
import type { Rec } from './record.ts';

export interface LiveState {
  /** Without what only decisions ask for and what grows with the run: a console is open all day, on many of these. */
  kernel: State;
  /** The processes as the run's end found them: the kernel forgets them, people still want to look. */
  last: State['procs'];
  info: RunInfo;
  streams: Streams;
  traps: TrapLog;
  thrash: Thrash;
  timeline: Timeline;
  denied: Denied;
  panic: PanicBudget;
  faults: readonly FaultRow[];
  votes: readonly MapVotes[];
  handles: HandleUses;
  ended: readonly EndedProc[];
}

export const emptyLive: LiveState = {
  kernel: initialState,
  last: {},
  info: noRunInfo,
  streams: noStreams,
  traps: noTraps,
  thrash: noThrash,
  timeline: noTimeline,
  denied: noDenied,
  panic: noPanic,
  faults: noFaults,
  votes: noVotes,
  handles: noHandleUses,
  ended: noEnded,
};

/** A run ends with its root, or with all that are still there. */
const endFinds = ({ kernel, last }: LiveState, rec: Rec): State['procs'] => {
  const ends = rec.kind === 'run.ended' || (rec.kind === 'process.ended' && rec.pid === ROOT_PID);
  return ends && Object.keys(kernel.procs).length > 0 ? kernel.procs : last;
};

/** The processes whose tables and stacks are shown: those alive or, after the end, the last ones. */
export const shownProcs = ({ kernel, last }: LiveState): Proc[] =>
  Object.values(kernel.phase === 'ended' ? last : kernel.procs);

/** The events after which a kernel remembers more of the run. */
const REMEMBERED: ReadonlySet<Rec['kind']> = new Set(['run.created', 'run.branched', 'tick.committed', 'map.joined']);

const evolveShown = (state: State, event: KernelEvent): State => {
  const next = evolve(state, event);
  return REMEMBERED.has(event.kind) ? withoutHistory(next) : next;
};

/** Projections see the kernel's state before and after the record: ended processes are only in the first. */
export const foldLive = (live: LiveState, rec: Rec): LiveState => {
  const before = live.kernel;
  if (rec.kind === 'stream.delta') {
    // The bulk of all records, and of interest to one projection only.
    return { ...live, info: foldRunInfo(live.info, rec), streams: foldStreams(live.streams, rec, before, before) };
  }
  const after = rec.class === 'event' ? evolveShown(before, rec as KernelEvent) : before;
  const traps = foldTraps(live.traps, rec, before, after);
  const timeline = foldTimeline(live.timeline, rec, before, after);
  return {
    kernel: after,
    last: endFinds(live, rec),
    info: foldRunInfo(live.info, rec),
    streams: foldStreams(live.streams, rec, before, after),
    traps,
    thrash: foldThrash(live.thrash, rec, before, after),
    timeline: hasRecovered(live.traps, traps) ? markRecovered(timeline, rec, before, after) : timeline,
    denied: foldDenied(live.denied, rec, before),
    panic: foldPanic(live.panic, rec, before),
    faults: foldFaults(live.faults, rec, before),
    votes: foldVotes(live.votes, rec, before, after),
    handles: foldHandles(live.handles, rec, before, after),
    ended: foldEnded(live.ended, rec, before),
  };
};
