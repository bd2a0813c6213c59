/** Who has the turn: a ready planner first, else ready workers, as many at once as the pool allows. Every dispatch spends a tick (K8). */
import { checkCap, isDenial, targetOf } from '../caps.ts';
import { pageSize } from '../frame.ts';
import { costText } from '../price.ts';
import type { Proc, State } from '../state.ts';
import { findPage, viewText } from '../views.ts';
import { noticeText, placeText } from '../words.ts';
import { nextInLane } from './act.ts';
import { composeAndAsk } from './compose.ts';
import { strikeDispatch } from './faults.ts';
import { pauseIfAsked } from './pause-on.ts';
import { endRun, type Turn } from './turn.ts';

export const schedule = (turn: Turn): void => {
  nextInLane(turn);
  let seen = 0;
  for (;;) {
    seen = pauseIfAsked(turn, seen);
    const { phase, steps } = turn.state;
    if (phase !== 'active' && !(phase === 'paused' && steps > 0)) return;
    const proc = nextReady(turn.state);
    if (proc === undefined) return;
    if (spent(turn)) return;
    dispatch(turn, proc.pid);
  }
};

const nextReady = (state: State): Proc | undefined => {
  let ready: Proc | undefined;
  for (const proc of Object.values(state.procs)) {
    if (proc.role === 'planner') {
      if (proc.state === 'ready') return proc;
      if (proc.state !== 'blocked') return undefined;
    } else if (proc.state === 'ready') ready ??= proc;
  }
  return ready;
};

/** Ends the run where a limit is reached. */
const spent = (turn: Turn): boolean => {
  const { tick, tokens, cost = 0, policy } = turn.state;
  const { maxTicks, tokens: maxTokens, cost: maxCost } = policy.limits;
  if (tick >= maxTicks) endRun(turn, 'limit', `tick limit ${maxTicks} reached`);
  else if (maxTokens !== undefined && tokens >= maxTokens) endRun(turn, 'limit', `token limit ${maxTokens} reached`);
  else if (maxCost !== undefined && cost >= maxCost * 1000)
    endRun(turn, 'limit', `cost limit ${costText(maxCost)} reached`);
  else return false;
  return true;
};

const dispatch = (turn: Turn, pid: number): void => {
  strikeDispatch(turn, pid);
  const proc = turn.known(pid);
  const tick = turn.state.tick + 1;
  turn.emit({ kind: 'route.dispatched', pid, tick, at: proc.d });
  observe(turn, turn.known(pid), tick);
};

/** Looks where `d` points: the process's own views at once, the world and stored pages by request. */
export const observe = (turn: Turn, proc: Proc, tick: number): void => {
  const { state } = turn;
  const size = pageSize(state.policy.frame.limit);
  const ask = (look: { target: string; page: number } | { sha256: string; page: number }): void =>
    turn.emit({ kind: 'observe.requested', req: state.nextReq, pid: proc.pid, tick, look, pageSize: size });
  if ('cap' in proc.d) {
    const cap = checkCap(state, proc, proc.d.cap, 'r', proc.d.path);
    if (isDenial(cap)) return missing(turn, proc, cap.why);
    return ask({ target: targetOf(cap, proc.d.path), page: 1 });
  }
  const { view } = proc.d;
  if (view.startsWith('sys://page/')) {
    const ref = findPage(proc, view);
    if (ref === undefined) return missing(turn, proc, 'no such page token, or too old');
    if ('sha256' in ref.of) return ask({ sha256: ref.of.sha256, page: ref.n });
    return composeAndAsk(turn, proc.pid, { view: ref.of.view, n: ref.n });
  }
  if (viewText(state, proc, view) === undefined) return missing(turn, proc, 'no such view');
  composeAndAsk(turn, proc.pid, { view, n: 1 });
};

/** A page fault is a notice in the frame, not a trap. */
export const missing = (turn: Turn, proc: Proc, why: string): void => {
  const text = noticeText.pageFault(placeText(proc.d), why);
  turn.emit({ kind: 'notice.given', pid: proc.pid, tick: proc.dispatch?.tick ?? 0, code: 'PAGE_FAULT', text });
  composeAndAsk(turn, proc.pid, null);
};
