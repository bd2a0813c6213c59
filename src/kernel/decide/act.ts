/** Performing an accepted reply: mind ops at once, a world op by request, halts and maps by their own rules. */
import { findCap, targetOf } from '../caps.ts';
import { pageSize } from '../frame.ts';
import { lookKey } from '../keys.ts';
import { applyMind, toPlace } from '../loops.ts';
import type { EventOf, PageRef, WorldRequest } from '../records/index.ts';
import { occasionOf, type Proc, ROOT_PID, STACK_MAX, type State, waiting } from '../state.ts';
import { LIMITS, type WorldOp } from '../syscalls.ts';
import { clip } from '../text.ts';
import { findPage, viewPage, viewText } from '../views.ts';
import { lastText, placeText, trapText } from '../words.ts';
import { attachFault, recoverFaults } from './faults.ts';
import { startMap } from './map.ts';
import { accessProblem, refsOf } from './reply.ts';
import { deny, raise } from './trap.ts';
import type { Turn } from './turn.ts';
import { castVote } from './vote.ts';

/** Carries on with the reply that a process has had accepted; called again for each reference that had to be fetched. */
export const act = (turn: Turn, pid: number): void => {
  const proc = turn.known(pid);
  const world = proc.dispatch?.reply?.world ?? null;
  for (const ref of refsOf(world)) {
    if (Object.hasOwn(proc.dispatch?.refs ?? {}, ref)) continue;
    return supply(turn, proc, ref);
  }
  if (world === null) return commit(turn, pid, { last: lastText.thought });
  switch (world.op) {
    case 'SYS_GOTO':
      return goTo(turn, proc, 'view' in world ? { view: world.view } : toPlace(world.cap, world.path));
    case 'SYS_HALT':
      return pid === ROOT_PID ? requestGrade(turn, proc, world.result) : castVote(turn, pid, world.result ?? '');
    case 'SYS_MAP_REDUCE':
      commit(turn, pid, { last: lastText.mapping });
      return startMap(turn, pid, proc, world);
    default:
      return requestOp(turn, proc, world);
  }
};

/** Supplies the text of a reference: the kernel's own at once, a stored page by request. */
const supply = (turn: Turn, proc: Proc, ref: string): void => {
  const { state } = turn;
  const size = pageSize(state.policy.frame.limit);
  const page = findPage(proc, ref);
  const tick = proc.dispatch?.tick ?? 0;
  if (page !== undefined && 'sha256' in page.of) {
    const look = { sha256: page.of.sha256, page: page.n };
    return turn.emit({ kind: 'observe.requested', req: state.nextReq, pid: proc.pid, tick, look, pageSize: size });
  }
  const text =
    page !== undefined && 'view' in page.of
      ? viewPage(state, proc, page.of.view, page.n, size)?.text
      : viewText(state, proc, ref);
  if (text === undefined) return refuseRef(turn, proc.pid, ref);
  turn.emit({ kind: 'ref.resolved', pid: proc.pid, tick, ref, text });
  act(turn, proc.pid);
};

/** The text was there when the reply was accepted, and is not any more. */
export const refuseRef = (turn: Turn, pid: number, ref: string): void => {
  const evidence = `${ref}: nothing to refer to any more`;
  raise(turn, pid, { code: 'IO_FAULT', phase: 'op', evidence, recovery: trapText.ioFault('ref', 'ENOENT', ref) });
};

const goTo = (turn: Turn, proc: Proc, d: Proc['d']): void => {
  const { firstLooks } = turn.state.policy;
  const key = lookKey(proc);
  const first = !proc.looks.includes(key) && proc.looks.length < firstLooks;
  commit(turn, proc.pid, { d, last: lastText.went(placeText(d)), progress: first ? 'look' : null });
};

type CommitFields = Partial<Pick<EventOf<'tick.committed'>, 'd' | 'progress' | 'worldHash' | 'flood'>> & {
  last: string;
  pages?: PageRef[];
};

export const commit = (turn: Turn, pid: number, fields: CommitFields): void => {
  const proc = turn.known(pid);
  const tick = proc.dispatch?.tick ?? 0;
  const mind = proc.dispatch?.reply?.mind ?? [];
  turn.emit({
    kind: 'tick.committed',
    pid,
    tick,
    progress: fields.progress ?? null,
    worldHash: fields.worldHash ?? turn.state.worldHash,
    d: fields.d ?? proc.d,
    stack: [...(applyMind(proc.stack, mind, STACK_MAX) ?? proc.stack)],
    last: clip(fields.last, LAST_MAX),
    pages: fields.pages ?? [],
    // Thinking does not make a flood go away.
    flood: fields.flood ?? (proc.dispatch?.reply?.world === null && proc.flood !== '' ? proc.flood : null),
  });
  if (fields.progress != null) recoverFaults(turn, pid, tick);
};

/** Units of an outcome that the state keeps: a page and its line. */
const LAST_MAX = 4096;

const requestGrade = (turn: Turn, proc: Proc, result: string | undefined): void =>
  turn.emit({
    kind: 'grade.requested',
    req: turn.state.nextReq,
    pid: proc.pid,
    tick: proc.dispatch?.tick ?? 0,
    ...(result === undefined ? {} : { result }),
  });

type LaneOp = Exclude<WorldOp, { op: 'SYS_GOTO' | 'SYS_HALT' | 'SYS_MAP_REDUCE' }>;

/**
 * One world op is in flight at a time, so that the hash it names is the world that it meets. Whoever comes second waits, its
 * reply accepted and nothing open, until `nextInLane`.
 */
const requestOp = (turn: Turn, proc: Proc, world: LaneOp): void => {
  const { state } = turn;
  if (waiting(state).some(({ proc: other, open }) => open.kind === 'op' && other.pid !== proc.pid)) return;
  // A handle may have been revoked since the reply was accepted.
  const access = accessProblem(state, proc, world);
  if (access !== null) return raise(turn, proc.pid, deny(turn, proc, access.asked, access.need, access.denial));
  turn.emit({
    kind: 'op.requested',
    req: state.nextReq,
    pid: proc.pid,
    tick: proc.dispatch?.tick ?? 0,
    request: worldRequest(proc, world),
    worldHash: state.worldHash,
    pageSize: pageSize(state.policy.frame.limit),
    deadlineMs: state.policy.limits.opMs,
    ...faultOf(state, proc, world.op),
  });
};

const faultOf = (state: State, proc: Proc, op: LaneOp['op']): ReturnType<typeof attachFault> => {
  const struck = occasionOf(op);
  return struck === undefined ? {} : attachFault(state, proc, struck);
};

/** Lets the process that has waited longest for the world have it; one that is trapped instead gives it to the next. */
export const nextInLane = (turn: Turn): void => {
  while (!turn.over) {
    let next: Proc | undefined;
    for (const proc of Object.values(turn.state.procs)) {
      const { dispatch } = proc;
      if (dispatch?.open?.kind === 'op') return;
      const queued = dispatch?.reply != null && dispatch.open === null;
      if (queued && dispatch.tick < (next?.dispatch?.tick ?? Number.POSITIVE_INFINITY)) next = proc;
    }
    if (next === undefined) return;
    act(turn, next.pid);
  }
};

/** The op with its handle resolved; access was checked when the reply was accepted. */
const worldRequest = (proc: Proc, world: LaneOp): WorldRequest => {
  const cap = findCap(proc, world.cap);
  if (cap === undefined) throw new Error(`kernel: ${world.cap} was accepted but is not held`);
  if (world.op === 'SYS_EXEC') return { op: 'SYS_EXEC', argv: [...(cap.argv ?? []), ...world.args] };
  const target = targetOf(cap, world.path);
  if (world.op === 'SYS_GIT_LOG') {
    return {
      op: 'SYS_GIT_LOG',
      target,
      limit: world.limit ?? LIMITS.logLimit,
      ...(world.grep === undefined ? {} : { grep: world.grep }),
      ...(world.since === undefined ? {} : { since: world.since }),
    };
  }
  const content = 'ref' in world ? (proc.dispatch?.refs[world.ref] ?? '') : world.content;
  return { op: 'SYS_WRITE', target, mode: world.mode, content };
};
