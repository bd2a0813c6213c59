/** How the state follows a dispatch through its phases. */
import { findCap, targetOf } from '../caps.ts';
import { hashSetAdd } from '../hash-set.ts';
import { execKey, lookKey } from '../keys.ts';
import { applyMind, clearThrash, countReply, restart } from '../loops.ts';
import type { EventOf } from '../records/index.ts';
import { type Dispatch, freshLoops, occasionOf, type Proc, type Request, STACK_MAX, type State } from '../state.ts';
import type { Reply } from '../syscalls.ts';
import { rememberPages, viewBehind } from '../views.ts';
import { HOME } from '../words.ts';
import { closed, openRequest, patchProc, setProc } from './update.ts';

export const dispatched = (state: State, event: EventOf<'route.dispatched'>): State => {
  const proc = state.procs[event.pid];
  if (proc === undefined) return state;
  const dispatch: Dispatch = { tick: event.tick, open: null, reply: null, refs: {} };
  const running: Proc = { ...proc, state: 'running', ticks: proc.ticks + 1, missing: '', dispatch };
  const steps = state.phase === 'paused' ? Math.max(0, state.steps - 1) : state.steps;
  return { ...state, tick: event.tick, steps, procs: { ...state.procs, [event.pid]: running } };
};

export const observing = (state: State, event: EventOf<'observe.requested'>): State => {
  const kind = state.procs[event.pid]?.dispatch?.reply == null ? 'observe' : 'fetch';
  return openRequest(state, event.pid, { req: event.req, kind, fault: 0 });
};

/** A page fault holds as long as the process looks there; a flood until its pages are read. */
export const noticed = (state: State, event: EventOf<'notice.given'>): State =>
  patchProc(state, event.pid, (proc) =>
    event.code === 'PAGE_FAULT' ? { ...proc, missing: event.text } : { ...proc, notice: event.text },
  );

export const framed = (state: State, event: EventOf<'frame.composed'>): State =>
  event.pages.length === 0
    ? state
    : patchProc(state, event.pid, (proc) => rememberPages(proc, event.pages, state.policy.frame.pageTokens));

export const asked = (state: State, event: EventOf<'brain.requested'>): State => {
  const request: Request = { req: event.req, kind: 'brain', fault: event.fault?.id ?? 0 };
  return openRequest(state, event.pid, request, { state: 'running', wait: null });
};

/** The operator's lines that came too late for the frame that was just answered. */
const unread = (proc: Proc): Proc['told'] => proc.told.filter(({ from }) => from > (proc.dispatch?.open?.req ?? 0));

/** The view that a reply goes to look at; '' where it does something else. */
const viewOf = (proc: Proc, { world }: Reply): string =>
  world?.op === 'SYS_GOTO' && 'view' in world ? viewBehind(proc, world.view) : '';

const spent = (state: State, { tokens, cost }: { tokens: number; cost?: number | undefined }): State => ({
  ...state,
  tokens: state.tokens + tokens,
  ...(cost === undefined ? {} : { cost: (state.cost ?? 0) + cost }),
});

export const accepted = (state: State, event: EventOf<'reply.accepted'>): State => {
  const reply: Reply = { q: event.q, mind: event.mind, world: event.world };
  return patchProc(spent(state, event), event.pid, (proc) => ({
    ...proc,
    outage: { attempts: 0, ms: 0 },
    told: viewOf(proc, reply) === 'sys://told' ? proc.told : unread(proc),
    loops: countReply(
      state.policy,
      proc,
      reply,
      state.worldHash,
      applyMind(proc.stack, reply.mind, STACK_MAX) ?? proc.stack,
    ),
    dispatch: proc.dispatch === null ? null : { ...proc.dispatch, open: null, reply },
  }));
};

export const rejected = (state: State, event: EventOf<'reply.rejected'>): State =>
  patchProc(spent(state, event), event.pid, (proc) => ({
    ...proc,
    outage: { attempts: 0, ms: 0 },
    told: unread(proc),
    dispatch: closed(proc.dispatch),
  }));

export const resolved = (state: State, event: EventOf<'ref.resolved'>): State =>
  patchProc(state, event.pid, (proc) => ({
    ...proc,
    dispatch:
      proc.dispatch === null
        ? null
        : { ...proc.dispatch, open: null, refs: { ...proc.dispatch.refs, [event.ref]: event.text } },
  }));

export const opRequested = (state: State, event: EventOf<'op.requested'>): State => {
  const world = state.procs[event.pid]?.dispatch?.reply?.world;
  const lastCap = world != null && 'cap' in world ? { lastCap: world.cap } : {};
  const open: Request = { req: event.req, kind: 'op', fault: event.fault?.id ?? 0 };
  return openRequest(state, event.pid, open, {
    ...lastCap,
    ...(event.req < state.nextReq ? {} : occasions(state, event.pid, world?.op)),
  });
};

/** Counted only where a fault waits for a number of them; a branch that asks anew has counted already. */
const occasions = (state: State, pid: number, op: string | undefined): Pick<Proc, 'occasions'> => {
  const struck = occasionOf(op);
  if (struck === undefined || !state.faults.some(({ spec }) => spec.schedule?.nth !== undefined)) return {};
  const counted = state.procs[pid]?.occasions;
  return { occasions: { ...counted, [struck]: (counted?.[struck] ?? 0) + 1 } };
};

export const halting = (state: State, event: EventOf<'grade.requested'>): State =>
  openRequest(state, event.pid, { req: event.req, kind: 'grade', fault: 0 }, { state: 'halting' });

export const committed = (state: State, event: EventOf<'tick.committed'>): State => {
  const proc = state.procs[event.pid];
  const reply = proc?.dispatch?.reply;
  if (proc === undefined || reply == null) return state;
  const world = reply.world;
  const base: State = { ...state, worldHash: event.worldHash };
  if (event.worldHash !== state.worldHash) base.worlds = hashSetAdd(state.worlds, event.worldHash);
  if (world?.op === 'SYS_EXEC') base.execs = hashSetAdd(state.execs, execKey(proc, world, state.worldHash));
  if (world?.op === 'SYS_WRITE') base.written = noteEvidence(state, proc, world.cap, world.path);
  // Who goes to read a section in full must find it as it was.
  const view = viewOf(proc, reply);
  const next: Proc = {
    ...proc,
    ...progressOf(proc, event),
    state: 'ready',
    q: view === 'sys://q' ? proc.q : reply.q,
    d: event.d,
    stack: event.stack,
    last: view === 'sys://last' ? proc.last : event.last,
    trap: view === 'sys://trap' ? proc.trap : null,
    notice: view === 'sys://notice' || event.flood !== null ? proc.notice : '',
    flood: event.flood ?? '',
    dispatch: null,
    lastCap: world !== null && 'cap' in world ? world.cap : proc.lastCap,
  };
  return setProc(base, rememberPages(next, event.pages, state.policy.frame.pageTokens));
};

/** A first look clears the thrash counters; a write or an exec also ends the trap streak and lets it look anew. */
const progressOf = (proc: Proc, event: EventOf<'tick.committed'>): Partial<Proc> => {
  if (event.progress === null) return {};
  const loops = clearThrash(proc.loops);
  if (event.progress !== 'look') return { loops, looks: [], streak: 0, progressTick: event.tick };
  return { loops, looks: [...proc.looks, lookKey(proc)], progressTick: event.tick };
};

const noteEvidence = (state: State, proc: Proc, handle: string, path: string | undefined): readonly string[] => {
  const cap = findCap(proc, handle);
  const target = cap === undefined ? '' : targetOf(cap, path);
  return state.task.evidence.includes(target) && !state.written.includes(target)
    ? [...state.written, target]
    : state.written;
};

export const trapped = (state: State, event: EventOf<'trap.raised'>): State => {
  const judged = state.procs[event.pid]?.state === 'halting';
  const next = patchProc(state, event.pid, (proc) => ({
    ...proc,
    state: 'ready',
    wait: null,
    flags: proc.flags + (event.flag ? 1 : 0),
    streak: event.streak,
    loops: restart(proc.loops, event.code),
    // The flood was ignored and said so once; it does not trap again.
    flood: event.code === 'CAUSALITY' ? '' : proc.flood,
    trap: { code: event.code, recovery: event.recovery },
    dispatch: null,
  }));
  return judged && event.code === 'ILLEGAL_HALT' ? { ...next, rejections: next.rejections + 1 } : next;
};

export const panicked = (state: State, event: EventOf<'panic.spent'>): State => ({
  ...patchProc(state, event.pid, (proc) => ({
    ...proc,
    stack: [],
    d: HOME,
    streak: 0,
    flags: 0,
    looks: [],
    loops: freshLoops,
  })),
  panicLeft: event.left,
});
