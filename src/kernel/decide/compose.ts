/** Composes a process's frame and asks its brain. */
import { draw } from '../digest.ts';
import { composeFrame, type FrameView, type PageView, pageSize } from '../frame.ts';
import type { PageRef } from '../records/index.ts';
import type { Proc, State } from '../state.ts';
import {
  capRows,
  liveCaps,
  mapSection,
  noticeOf,
  pageRefs,
  roleOf,
  shownHandle,
  toldText,
  viewPage,
} from '../views.ts';
import { placeText } from '../words.ts';
import { attachFault } from './faults.ts';
import type { Turn } from './turn.ts';

/** A page that the world, or the blob store, answered with; `under` which handle, where it was one. */
export interface Found {
  under?: string | undefined;
  sha256: string;
  n: number;
  of: number;
  text: string;
  chars: number;
}

export const composeAndAsk = (turn: Turn, pid: number, sight: { view: string; n: number } | Found | null): void => {
  const { state } = turn;
  const proc = turn.known(pid);
  const tick = proc.dispatch?.tick ?? 0;
  const shown = sight === null ? null : pageOf(state, proc, sight);
  const { limit } = state.policy.frame;
  const frame = composeFrame(frameView(state, proc, shown?.page ?? null), limit);
  turn.emit({
    kind: 'frame.composed',
    pid,
    tick,
    size: frame.text.length,
    limit,
    clipped: frame.clipped,
    pages: shown?.refs ?? [],
    handles: liveCaps(proc).map((cap) => shownHandle(state, cap)),
  });
  ask(turn, proc, tick, frame.text);
};

const ask = (turn: Turn, proc: Proc, tick: number, frame: string): void => {
  const { state } = turn;
  const { maxTokens, brainMs } = state.policy.limits;
  turn.emit({
    kind: 'brain.requested',
    req: state.nextReq,
    pid: proc.pid,
    tick,
    role: proc.role,
    frame,
    temperature: warmth(state, proc),
    seed: draw(state.seed, 'brain', proc.pid, proc.ticks, proc.outage.attempts),
    maxTokens,
    deadlineMs: brainMs,
    ...attachFault(state, proc, 'brain'),
  });
};

/** A brain that was trapped is asked again a little warmer. */
export const warmth = (state: State, proc: Proc): number => {
  const { perTrap = 0, max = 2000 } = state.policy.temperatures;
  return Math.max(proc.temperature, Math.min(proc.temperature + perTrap * proc.streak, max));
};

const frameView = (state: State, proc: Proc, page: PageView | null): FrameView => {
  return {
    role: roleOf(proc),
    task: proc.task,
    cap: capRows(state, proc).join('\n'),
    callstack: proc.stack.join('\n'),
    q: proc.q,
    last: proc.last,
    map: mapSection(proc),
    trap: proc.trap?.recovery ?? '',
    notice: noticeOf(proc),
    told: toldText(proc),
    at: placeText(proc.d),
    page,
  };
};

const pageOf = (
  state: State,
  proc: Proc,
  sight: { view: string; n: number } | Found,
): { page: PageView; refs: PageRef[] } | null => {
  const { limit } = state.policy.frame;
  if ('view' in sight) {
    const found = viewPage(state, proc, sight.view, sight.n, pageSize(limit));
    if (found === undefined) return null;
    const { text, pages, chars } = found;
    return withNeighbours(proc, { view: sight.view }, { n: sight.n, of: pages, text, chars });
  }
  const { sha256, under, n, of, text, chars } = sight;
  return withNeighbours(proc, { sha256, ...(under === undefined ? {} : { under }) }, { n, of, text, chars });
};

/** A page with the tokens of the one after and the one before it. */
const withNeighbours = (proc: Proc, of: PageRef['of'], page: PageView): { page: PageView; refs: PageRef[] } => {
  const ns = [page.n + 1, page.n - 1].filter((n) => n >= 1 && n <= page.of);
  const refs = pageRefs(proc, of, ns);
  const token = (n: number): string | undefined => refs.find((ref) => ref.n === n)?.token;
  return { page: { ...page, next: token(page.n + 1), prev: token(page.n - 1) }, refs };
};
