/** Performing an accepted reply: mind ops at once, a world op by request, halts and maps by their own rules. */
import { findCap, targetOf } from '../caps.ts';
import { pageSize } from '../frame.ts';
import { lookKey } from '../keys.ts';
import { applyMind, toPlace } from '../loops.ts';
import type { EventOf, PageRef, WorldRequest } from '../records/index.ts';
import { type Proc, ROOT_PID, STACK_MAX } from '../state.ts';
import { LIMITS, type WorldOp } from '../syscalls.ts';
import { clip } from '../text.ts';
import { findPage, viewText } from '../views.ts';
import { lastText, placeText, trapText } from '../words.ts';
import { attachFault, recoverFaults } from './faults.ts';
import { startMap } from './map.ts';
import { raise } from './trap.ts';
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

const refsOf = (world: WorldOp | null): string[] => {
  if (world?.op === 'SYS_WRITE') return 'ref' in world ? [world.ref] : [];
  if (world?.op === 'SYS_MAP_REDUCE') return world.tasks.flatMap((task) => ('ref' in task ? [task.ref] : []));
  return [];
};

/** Supplies the text of a reference: the kernel's own at once, a stored page by request. */
const supply = (turn: Turn, proc: Proc, ref: string): void => {
  const { state } = turn;
  const page = findPage(state, ref);
  const tick = proc.dispatch?.tick ?? 0;
  if (page !== undefined && 'sha256' in page.of) {
    const look = { sha256: page.of.sha256, page: page.n };
    const size = pageSize(state.policy.frame.limit);
    return turn.emit({ kind: 'observe.requested', req: state.nextReq, pid: proc.pid, tick, look, pageSize: size });
  }
  const referable = ref === 'sys://task' || ref.startsWith('sys://map/');
  const text = referable ? viewText(state, proc, ref) : undefined;
  if (text === undefined) return refuseRef(turn, proc.pid, ref);
  turn.emit({ kind: 'ref.resolved', pid: proc.pid, tick, ref, text });
  act(turn, proc.pid);
};

export const refuseRef = (turn: Turn, pid: number, ref: string): void => {
  const evidence = `${ref}: nothing to refer to`;
  raise(turn, pid, { code: 'CAUSALITY', phase: 'reply', evidence, recovery: trapText.causality(evidence), flag: true });
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
  if (fields.progress != null && fields.progress !== 'look') recoverFaults(turn, pid, tick);
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

const requestOp = (
  turn: Turn,
  proc: Proc,
  world: Exclude<WorldOp, { op: 'SYS_GOTO' | 'SYS_HALT' | 'SYS_MAP_REDUCE' }>,
): void => {
  const { state } = turn;
  turn.emit({
    kind: 'op.requested',
    req: state.nextReq,
    pid: proc.pid,
    tick: proc.dispatch?.tick ?? 0,
    request: worldRequest(proc, world),
    worldHash: state.worldHash,
    pageSize: pageSize(state.policy.frame.limit),
    deadlineMs: state.policy.limits.opMs,
    ...(world.op === 'SYS_WRITE' ? attachFault(state, proc, 'write.denied') : {}),
  });
};

/** The op with its handle resolved; access was checked when the reply was accepted. */
const worldRequest = (
  proc: Proc,
  world: Exclude<WorldOp, { op: 'SYS_GOTO' | 'SYS_HALT' | 'SYS_MAP_REDUCE' }>,
): WorldRequest => {
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
