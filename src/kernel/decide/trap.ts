/** Raising a trap, and what a streak of them leads to: a worker is retired, the root takes a panic reset or dies. */

import { type Denial, nearestCaps } from '../caps.ts';
import type { Proc, State } from '../state.ts';
import { ROOT_PID } from '../state.ts';
import { shownHandle } from '../views.ts';
import { capRow, type TrapCode, trapText } from '../words.ts';
import { refill } from './map.ts';
import { endProc, endRun, type Turn } from './turn.ts';

export interface Fault {
  code: TrapCode;
  phase: 'reply' | 'loop' | 'op';
  evidence: string;
  recovery: string;
  /** The reply was rejected outright. */
  flag?: boolean;
  /** The injected fault behind it. */
  fault?: number | undefined;
}

export const raise = (turn: Turn, pid: number, trap: Fault): void => {
  const proc = turn.known(pid);
  const streak = proc.streak + 1;
  turn.emit({
    kind: 'trap.raised',
    pid,
    tick: proc.dispatch?.tick ?? turn.state.tick,
    code: trap.code,
    phase: trap.phase,
    evidence: trap.evidence,
    recovery: trap.recovery,
    flag: trap.flag ?? false,
    streak,
    ...(trap.fault === undefined ? {} : { fault: trap.fault }),
  });
  if (pid === ROOT_PID) struggle(turn, turn.known(pid), trap.code);
  else retire(turn, turn.known(pid));
};

/** The root: the grader's last word first, then the panic budget. */
const struggle = (turn: Turn, proc: Proc, code: TrapCode): void => {
  const { policy, panicLeft, rejections } = turn.state;
  if (rejections >= policy.rejections) return endRun(turn, 'failed', `rejected by the grader ${rejections} times`);
  if (proc.streak < policy.streak) return;
  if (panicLeft === 0) return endRun(turn, 'dead', 'panic_budget_exhausted');
  const why = `${code}, ${proc.streak} traps in a row`;
  turn.emit({ kind: 'panic.spent', pid: proc.pid, tick: turn.state.tick, left: panicLeft - 1, why });
};

const retire = (turn: Turn, proc: Proc): void => {
  const { policy } = turn.state;
  const flags = proc.flags >= policy.redFlags;
  if (!flags && proc.streak < policy.streak) return;
  const why = flags ? `${proc.flags} red flags` : `${proc.streak} traps in a row`;
  endProc(turn, proc, 'retired', why);
  if (proc.step !== null) refill(turn, proc.step.map);
};

/** How a held row is told in a denial. */
const rows = (state: State, proc: Proc, asked: string, need: string): string[] =>
  nearestCaps(proc, asked, need).map((cap) => capRow(shownHandle(state, cap), cap.rights, cap.target, cap.more));

const ROWS_TOLD = 5;

/** Journals the denial and gives the trap for it. */
export const deny = (turn: Turn, proc: Proc, asked: string, need: string, denial: Denial): Fault => {
  turn.emit({
    kind: 'capability.denied',
    pid: proc.pid,
    tick: proc.dispatch?.tick ?? 0,
    asked,
    need,
    reason: denial.reason,
    nearest: nearestCaps(proc, asked, need)[0]?.handle ?? null,
  });
  const told = rows(turn.state, proc, asked, need).slice(0, ROWS_TOLD);
  const recovery = trapText.eacces(asked, denial.why, told);
  return { code: 'EACCES', phase: 'reply', evidence: `${asked}: ${denial.why}`, recovery, flag: true };
};
