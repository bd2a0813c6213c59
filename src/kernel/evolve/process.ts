/** How the state follows processes, their capabilities and their maps. */
import { hashSetAdd } from '../hash-set.ts';
import { joinKey } from '../keys.ts';
import { clearThrash } from '../loops.ts';
import type { Cap, EventOf } from '../records/index.ts';
import { JOINED_KEPT, type MapRun, newProc, type Proc, type State, type Step, TOLD_KEPT } from '../state.ts';
import type { Rights } from '../syscalls.ts';
import { lastText } from '../words.ts';
import { dropProc, openRequest, patchProc, setProc, unstaged } from './update.ts';

const patchStep = (state: State, map: string, n: number, change: (step: Step) => Partial<Step>): State => {
  const run = state.maps[map];
  if (run === undefined) return state;
  const steps = run.steps.map((step, i) => (i === n - 1 ? { ...step, ...change(step) } : step));
  return { ...state, maps: { ...state.maps, [map]: { ...run, steps } } };
};

export const spawned = (state: State, event: EventOf<'process.spawned'>): State => {
  const { pid, ppid, role, task, temperature, step } = event;
  const next = {
    ...setProc(state, newProc({ pid, ppid, role, task, temperature, step }, event.caps)),
    nextPid: pid + 1,
  };
  return step === null ? next : patchStep(next, step.map, step.n, ({ ballots }) => ({ ballots: ballots + 1 }));
};

export const ended = (state: State, event: EventOf<'process.ended'>): State =>
  unstaged(dropProc(state, event.pid), ({ pid }) => pid === event.pid);

export const blocked = (state: State, event: EventOf<'process.blocked'>): State => {
  const proc = state.procs[event.pid];
  return openRequest(
    state,
    event.pid,
    { req: event.req, kind: 'wait', fault: 0 },
    {
      state: 'blocked',
      wait: { error: event.error, attempt: event.attempt },
      outage: { attempts: event.attempt, ms: (proc?.outage.ms ?? 0) + event.waitMs },
    },
  );
};

export const issued = (state: State, event: EventOf<'capability.issued'>): State =>
  patchProc(state, event.pid, (proc) => ({
    ...proc,
    caps: { ...proc.caps, [event.cap.handle]: event.cap },
    nextHandle: Math.max(proc.nextHandle, Number(event.cap.handle.slice(1)) + 1),
  }));

export const revoked = (state: State, event: EventOf<'capability.revoked'>): State =>
  event.handles.reduce(
    (next, { pid, handle }) =>
      patchProc(next, pid, (proc) => {
        const cap = proc.caps[handle];
        return cap === undefined ? proc : { ...proc, caps: { ...proc.caps, [handle]: { ...cap, revoked: true } } };
      }),
    state,
  );

/** Two rows of a process exchange their names. What was derived from either, and the pages read under it, go with the row. */
export const swapped = (state: State, { pid, handles: [a, b] }: EventOf<'capability.swapped'>): State => {
  const [first, second] = [state.procs[pid]?.caps[a], state.procs[pid]?.caps[b]];
  if (first === undefined || second === undefined) return state;
  const renamed = (handle: string): string => (handle === a ? b : handle === b ? a : handle);
  const follow = (cap: Cap): Cap =>
    cap.from?.pid === pid ? { ...cap, from: { pid, handle: renamed(cap.from.handle) } } : cap;
  const procs: Record<number, Proc> = {};
  for (const proc of Object.values(state.procs)) {
    const caps = Object.fromEntries(Object.entries(proc.caps).map(([handle, cap]) => [handle, follow(cap)]));
    procs[proc.pid] = { ...proc, caps };
  }
  return patchProc({ ...state, procs }, pid, (proc) => ({
    ...proc,
    caps: {
      ...proc.caps,
      [a]: { ...second, handle: a, url: first.url },
      [b]: { ...first, handle: b, url: second.url },
    },
    pages: proc.pages.map((page) =>
      'under' in page.of && page.of.under !== undefined
        ? { ...page, of: { ...page.of, under: renamed(page.of.under) } }
        : page,
    ),
  }));
};

export const mapStarted = (state: State, event: EventOf<'map.started'>): State => {
  const steps = event.steps.map((step) => ({
    text: step.text,
    caps: step.caps.map(({ cap, rights }) => ({ cap, rights: rights as Rights })),
    votes: {},
    ballots: 0,
    settled: false,
    value: null,
  }));
  const run: MapRun = { map: event.map, pid: event.pid, result: event.result, steps };
  const next = { ...state, nextMap: state.nextMap + 1, maps: { ...state.maps, [event.map]: run } };
  return patchProc(next, event.pid, (proc) => ({ ...proc, state: 'blocked', wait: { map: event.map } }));
};

export const voted = (state: State, event: EventOf<'vote.cast'>): State =>
  patchStep(state, event.map, event.step, (step) => ({ votes: { ...step.votes, [event.value]: event.votes } }));

export const settled = (state: State, event: EventOf<'step.settled'>): State =>
  patchStep(state, event.map, event.step, () => ({ settled: true, value: event.value }));

export const joined = (state: State, event: EventOf<'map.joined'>): State => {
  const { [event.map]: _, ...maps } = state.maps;
  return patchProc({ ...state, maps }, event.pid, (proc) => ({
    ...proc,
    state: 'ready',
    wait: null,
    joined: [...proc.joined, { map: event.map, results: event.results }].slice(-JOINED_KEPT),
    last: lastText.joined(event.map),
    joins: hashSetAdd(proc.joins, joinKey(event.results)),
    ...(event.progress ? { loops: clearThrash(proc.loops), looks: [], streak: 0, progressTick: state.tick } : {}),
  }));
};

export const told = (state: State, event: EventOf<'operator.told'>): State =>
  patchProc(state, event.pid, (proc) => ({
    ...proc,
    told: [...proc.told, { text: event.text, from: state.nextReq }].slice(-TOLD_KEPT),
  }));
