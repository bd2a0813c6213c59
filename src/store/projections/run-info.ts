/** Who runs what, since when, and what it has cost. */
import type { Outcome } from '../../kernel/records/index.ts';
import { afterSwap } from '../../kernel/seated.ts';
import type { Rec } from '../record.ts';

export interface BrainInfo {
  name: string;
  simulated: boolean;
}

export interface RunInfo {
  id: string;
  task: string;
  goal: string;
  /** Where a branch comes from: the run, and the last record that both have in common. */
  origin: { run: string; seq: number } | null;
  planner: BrainInfo | null;
  worker: BrainInfo | null;
  /** Names of brains that sat in a seat before and do in none now; absent until one was swapped out. */
  was?: readonly string[];
  seed: number;
  /** Its commands run without a sandbox, by the operator's choice. */
  unfenced?: true;
  /** Milliseconds since the epoch, from the records' time stamps; 0 before the first. */
  startedMs: number;
  lastMs: number;
  /** Spent in completed pauses. */
  pausedMs: number;
  pausedSince: number | null;
  endedMs: number | null;
  outcome: Outcome | null;
  reason: string;
  lastSeq: number;
  tokensIn: number;
  tokensOut: number;
  /** What the runtime said last. */
  said: string;
}

export const noRunInfo: RunInfo = {
  id: '',
  task: '',
  goal: '',
  origin: null,
  planner: null,
  worker: null,
  seed: 0,
  startedMs: 0,
  lastMs: 0,
  pausedMs: 0,
  pausedSince: null,
  endedMs: null,
  outcome: null,
  reason: '',
  lastSeq: 0,
  tokensIn: 0,
  tokensOut: 0,
  said: '',
};

export const foldRunInfo = (info: RunInfo, rec: Rec): RunInfo => {
  const at = Date.parse(rec.ts);
  const next: RunInfo = {
    ...info,
    id: rec.run,
    startedMs: info.startedMs === 0 ? at : info.startedMs,
    lastMs: at,
    lastSeq: rec.seq,
  };
  const { planner, worker, was = [] } = info;
  switch (rec.kind) {
    case 'run.started':
    case 'run.forked':
      return {
        ...next,
        origin: rec.kind === 'run.forked' ? { run: rec.origin.run, seq: rec.origin.seq } : null,
        task: rec.task.name,
        goal: rec.task.goal,
        planner: rec.planner,
        worker: rec.worker,
        seed: rec.seed,
        ...(rec.world.sandbox === 'none' ? { unfenced: true as const } : {}),
      };
    case 'run.paused':
      return { ...next, pausedSince: at };
    case 'run.unpaused':
      return {
        ...next,
        pausedMs: info.pausedMs + (info.pausedSince === null ? 0 : at - info.pausedSince),
        pausedSince: null,
      };
    case 'brain.swapped':
      return { ...next, ...afterSwap({ planner, worker, was }, rec.role, rec.brain) };
    case 'run.ended':
      return { ...next, endedMs: at, outcome: rec.outcome, reason: rec.reason };
    case 'brain.replied':
      return { ...next, tokensIn: info.tokensIn + rec.tokensIn, tokensOut: info.tokensOut + rec.tokensOut };
    case 'brain.failed':
      return { ...next, tokensOut: info.tokensOut + rec.tokensOut };
    case 'stream.aborted':
      return { ...next, tokensOut: info.tokensOut + rec.tokens };
    case 'runtime.said':
      return { ...next, said: rec.text };
    default:
      return next;
  }
};

/**
 * Time that the run has been running, in milliseconds: pauses do not count, and it stops at the end.
 * @param now the clock while the run is live; without it, the last record's time
 */
export const elapsedMs = (info: RunInfo, now?: number): number => {
  if (info.startedMs === 0) return 0;
  const end = info.endedMs ?? info.pausedSince ?? Math.max(now ?? 0, info.lastMs);
  const paused = info.endedMs !== null && info.pausedSince !== null ? info.endedMs - info.pausedSince : 0;
  return Math.max(0, end - info.startedMs - info.pausedMs - paused);
};
