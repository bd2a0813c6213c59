/** The run's state in one word: the pill at the top right, highest first. */
import type { Outcome } from '../kernel/records/index.ts';
import type { LiveState } from './live-state.ts';
import { noProgress } from './no-progress.ts';
import { worstLoop } from './thrash-level.ts';

export type RunWord =
  | 'GONE'
  | 'DEAD'
  | 'PANIC'
  | 'THRASHING'
  | 'WAITING'
  | 'PAUSED'
  | 'RUNNING'
  | 'STARTING'
  | 'DONE'
  | 'FAILED'
  | 'LIMIT'
  | 'KILLED'
  | 'INTR';

const ENDS: Record<Outcome, RunWord> = {
  passed: 'DONE',
  failed: 'FAILED',
  dead: 'DEAD',
  limit: 'LIMIT',
  interrupted: 'INTR',
  killed: 'KILLED',
};

export const endWord = (outcome: Outcome): RunWord => ENDS[outcome];

/** @param gone the kernel's process is not there any more */
export const runWord = (live: LiveState, gone: boolean): RunWord => {
  const { kernel, info, panic, thrash } = live;
  if (info.outcome !== null) return ENDS[info.outcome];
  if (gone) return 'GONE';
  if (kernel.phase === 'new') return 'STARTING';
  if (panic.open) return 'PANIC';
  if (thrash.open.length > 0 || isAtLimit(live) || goesNowhere(live) !== null) return 'THRASHING';
  if (isWaiting(live)) return 'WAITING';
  return kernel.phase === 'paused' ? 'PAUSED' : 'RUNNING';
};

/** The fault that has killed the kernel, `fault 2 kernel.killed`; null where none has. */
export const killedBy = ({ kernel }: LiveState): string | null => {
  const fault = kernel.staged?.find((staged) => staged.fault === 'kernel.killed');
  return fault === undefined ? null : `fault ${fault.id} ${fault.fault}`;
};

/** Behind what was taken away of a run whose kernel is gone. */
export const NOTHING_LEFT = 'nothing of it can be resumed';

/** Nothing can be changed any more: the run has ended, or there is no kernel to do it. */
export const isOver = (live: LiveState, gone: boolean): boolean => live.info.outcome !== null || gone;

/** Ticks without progress of anybody, where they are many; null where they are not. */
export const goesNowhere = ({ kernel, thrash }: LiveState): number | null =>
  noProgress(kernel.tick, thrash.lastProgress?.tick ?? 0, kernel.policy.traps.THRASH_ROUTE?.stall ?? 0);

/** One more such tick traps. */
const isAtLimit = (live: LiveState): boolean => {
  const worst = worstLoop(live.kernel);
  if (worst === null) return false;
  const { same, sameLimit, stall, stallLimit } = worst.reading;
  return sameLimit > 0 && (same >= sameLimit - 1 || stall >= stallLimit - 1) && same + stall > 2;
};

/** Everything that could go on waits for an endpoint. */
const isWaiting = ({ kernel }: LiveState): boolean => {
  const procs = Object.values(kernel.procs);
  const out = procs.filter((proc) => proc.wait !== null && 'error' in proc.wait);
  const busy = procs.some((proc) => proc.state === 'ready' || proc.state === 'running' || proc.state === 'halting');
  return out.length > 0 && !busy;
};

export const PAUSED_TEXT = 'paused';
const ENDED_TEXT = 'the run has ended';
const GONE_TEXT = 'the kernel is gone';

/** What a quiet stream waits for: `P1 has the turn`, `P1 waits for m3`, `paused`. */
export const turnText = ({ kernel, info }: LiveState, gone: boolean): string => {
  if (info.outcome !== null) return ENDED_TEXT;
  if (gone) return GONE_TEXT;
  const procs = Object.values(kernel.procs);
  const turn = procs.filter((proc) => proc.state === 'running' || proc.state === 'halting');
  const outage = procs.find((proc) => proc.wait !== null && 'error' in proc.wait);
  if (kernel.phase === 'paused' && turn.length === 0) return PAUSED_TEXT;
  const planner = turn.find((proc) => proc.role === 'planner');
  if (planner !== undefined) {
    return planner.state === 'halting' ? `P${planner.pid} is being graded` : `P${planner.pid} has the turn`;
  }
  if (turn.length > 0)
    return turn.length === 1 ? `w${turn[0]?.pid} has the turn` : `${turn.length} workers have the turn`;
  if (outage?.wait != null && 'error' in outage.wait) return `${outage.wait.error}, try ${outage.wait.attempt}`;
  return kernel.phase === 'paused' ? PAUSED_TEXT : 'nobody has the turn';
};

/** The same in a word, where there is no room for more. */
export const shortTurn = (text: string): string =>
  text === ENDED_TEXT ? 'ended' : text === GONE_TEXT ? 'gone' : (/^[Pw]\d+/.exec(text)?.[0] ?? text);
