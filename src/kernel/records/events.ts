/** Events: what the kernel concludes. Each carries `cause`, the seq of its input, which the journal adds. */
import { z } from 'zod';
import { FaultKind, FaultSpec } from '../chaos.ts';
import { Policy } from '../policy.ts';
import { PolicyValue, SETTABLE } from '../settable.ts';
import { AnyWorldOp, LIMITS, MindOp, type WorldOp } from '../syscalls.ts';
import { TaskSpec } from '../task.ts';
import {
  BrainErrorCode,
  BrainName,
  Cap,
  Handle,
  Outcome,
  Pid,
  PlaceSchema,
  Price,
  Req,
  RoleName,
  Sha,
  Tick,
  TrapCodeName,
  TrapPhase,
} from './common.ts';

const Count = z.int().min(0);
/** Billionths of a dollar; absent where the brain has no price. */
const Cost = z.int().min(0);
const WorldOpOrNull: z.ZodType<WorldOp | null> = AnyWorldOp.nullable();
const Target = z.string().max(300);

/** The fault that the kernel attached to a request; the adapter's decorator applies it. */
export const AttachedFault = z.strictObject({ id: z.int().min(1), fault: FaultKind });
export type AttachedFault = z.infer<typeof AttachedFault>;

/** A world op with its handle resolved: what the world performs. */
export const WorldRequest = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('SYS_WRITE'),
    target: Target,
    mode: z.enum(['replace', 'append', 'patch']),
    content: z.string(),
  }),
  z.strictObject({ op: z.literal('SYS_EXEC'), argv: z.array(z.string()) }),
  z.strictObject({
    op: z.literal('SYS_GIT_LOG'),
    target: Target,
    limit: z.int().min(1).max(LIMITS.logLimit),
    grep: z.string().optional(),
    since: z.string().optional(),
  }),
]);
export type WorldRequest = z.infer<typeof WorldRequest>;

/** Which text a page token stands for: a page of a stored blob, or of one of the process's own views. */
export const PageRef = z.strictObject({
  token: z.string().max(20),
  of: z.union([
    /** `under`: the handle that it was read under; the token is void once that is revoked. */
    z.strictObject({ sha256: Sha, under: Handle.optional() }),
    z.strictObject({ view: z.string().max(300) }),
  ]),
  n: z.int().min(1),
});
export type PageRef = z.infer<typeof PageRef>;

/** Why a tick counts as progress; null where it does not. */
export const Progress = z.enum(['write', 'exec', 'look']).nullable();
export type Progress = z.infer<typeof Progress>;

export const EVENTS = {
  'process.spawned': z
    .strictObject({
      kind: z.literal('process.spawned'),
      pid: Pid,
      ppid: z.int().min(0),
      role: RoleName,
      task: z.string(),
      temperature: z.int(),
      caps: z.array(Cap),
      step: z
        .strictObject({ map: z.string(), n: z.int().min(1), of: z.int().min(1), ballot: z.int().min(1) })
        .nullable(),
    })
    .describe('A process was created: the root at the start, or a worker for a ballot of a map step.'),
  'process.ended': z
    .strictObject({
      kind: z.literal('process.ended'),
      pid: Pid,
      as: z.enum(['done', 'retired', 'cut', 'killed']),
      why: z.string(),
      /** Requests that this ends; the runtime aborts them. */
      aborts: z.array(Req),
    })
    .describe('A process ended: done, retired by the rules, cut by a consensus, or killed by the operator.'),
  'process.blocked': z
    .strictObject({
      kind: z.literal('process.blocked'),
      pid: Pid,
      /** The request whose `deadline.passed` ends the wait. */
      req: Req,
      error: BrainErrorCode,
      message: z.string(),
      waitMs: z.int().min(1),
      attempt: z.int().min(1),
    })
    .describe('The endpoint is at fault, not the model: the process waits before it asks again.'),
  'capability.issued': z
    .strictObject({ kind: z.literal('capability.issued'), pid: Pid, cap: Cap })
    .describe('A capability was added to a process by the operator.'),
  'capability.denied': z
    .strictObject({
      kind: z.literal('capability.denied'),
      pid: Pid,
      tick: Tick,
      asked: Handle,
      need: z.string(),
      reason: z.enum(['unknown', 'revoked', 'insufficient', 'path']),
      nearest: Handle.nullable(),
    })
    .describe('A reply asked for a handle, a right or a path that its process does not have.'),
  'capability.revoked': z
    .strictObject({
      kind: z.literal('capability.revoked'),
      /** The handle and everything derived from it. */
      handles: z.array(z.strictObject({ pid: Pid, handle: Handle })),
      by: z.enum(['operator', 'fault']),
    })
    .describe('Handles were taken away, with everything derived from them.'),
  'capability.swapped': z
    .strictObject({
      kind: z.literal('capability.swapped'),
      pid: Pid,
      /** The names that two rows exchange: what the one stood for, the other stands for now. */
      handles: z.tuple([Handle, Handle]),
      by: z.literal('fault'),
    })
    .describe('Two handles of a process stand for each other’s targets from here on.'),
  'route.dispatched': z
    .strictObject({ kind: z.literal('route.dispatched'), pid: Pid, tick: Tick, at: PlaceSchema })
    .describe('A process got the turn; this spends a tick.'),
  'observe.requested': z
    .strictObject({
      kind: z.literal('observe.requested'),
      req: Req,
      pid: Pid,
      tick: Tick,
      /** A target in the world, or a page of a stored blob; pages are counted from 1 and sized by `pageSize`. */
      look: z.union([
        z.strictObject({ target: Target, page: z.int().min(1) }),
        z.strictObject({ sha256: Sha, page: z.int().min(1) }),
      ]),
      pageSize: z.int().min(2),
    })
    .describe('The kernel asks for a page of a target or of a stored text.'),
  'notice.given': z
    .strictObject({
      kind: z.literal('notice.given'),
      pid: Pid,
      tick: Tick,
      code: z.enum(['PAGE_FAULT', 'LOG_FLOOD']),
      text: z.string(),
    })
    .describe('Something that the next frame points out, without a trap.'),
  'frame.composed': z
    .strictObject({
      kind: z.literal('frame.composed'),
      pid: Pid,
      tick: Tick,
      /** UTF-16 units. */
      size: z.int().min(0),
      limit: z.int().min(1),
      clipped: z.array(z.strictObject({ section: z.string(), chars: Count })),
      pages: z.array(PageRef),
      handles: z.array(Handle),
    })
    .describe('What the brain is shown was put together: its size, what was clipped, the pages and handles in it.'),
  'brain.requested': z
    .strictObject({
      kind: z.literal('brain.requested'),
      req: Req,
      pid: Pid,
      tick: Tick,
      role: RoleName,
      frame: z.string(),
      temperature: z.int(),
      seed: z.int().min(0),
      maxTokens: z.int().min(1),
      deadlineMs: z.int().min(1),
      fault: AttachedFault.optional(),
    })
    .describe('A brain is asked for a reply to a frame.'),
  'reply.accepted': z
    .strictObject({
      kind: z.literal('reply.accepted'),
      pid: Pid,
      tick: Tick,
      q: z.string(),
      mind: z.array(MindOp),
      world: WorldOpOrNull,
      /** Tokens in and out that the reply cost. */
      tokens: Count,
      cost: Cost.optional(),
    })
    .describe('A reply was accepted whole; its effects follow.'),
  'reply.rejected': z
    .strictObject({
      kind: z.literal('reply.rejected'),
      pid: Pid,
      tick: Tick,
      code: TrapCodeName,
      /** `json`, or which field of the reply is at fault; `stream` where it never became whole. */
      field: z.string(),
      tokens: Count,
      cost: Cost.optional(),
    })
    .describe('A reply was rejected whole; a trap follows.'),
  'op.requested': z
    .strictObject({
      kind: z.literal('op.requested'),
      req: Req,
      pid: Pid,
      tick: Tick,
      request: WorldRequest,
      /** The world before the op: what it is put back to when the op fails or is performed again. */
      worldHash: Sha,
      pageSize: z.int().min(2),
      deadlineMs: z.int().min(1),
      fault: AttachedFault.optional(),
    })
    .describe('A world op is to be performed.'),
  /** The kernel supplies the text that a reply referred to. */
  'ref.resolved': z
    .strictObject({
      kind: z.literal('ref.resolved'),
      pid: Pid,
      tick: Tick,
      ref: z.string().max(300),
      text: z.string(),
    })
    .describe('The kernel supplied the text that a reply referred to.'),
  'grade.requested': z
    .strictObject({
      kind: z.literal('grade.requested'),
      req: Req,
      pid: Pid,
      tick: Tick,
      result: z.string().optional(),
    })
    .describe('The root halted; the grader is to judge.'),
  'tick.committed': z
    .strictObject({
      kind: z.literal('tick.committed'),
      pid: Pid,
      tick: Tick,
      progress: Progress,
      worldHash: Sha,
      d: PlaceSchema,
      stack: z.array(z.string()),
      /** How the next frame tells what happened. */
      last: z.string(),
      /** Tokens under which the op's output can be read. */
      pages: z.array(PageRef),
      /** sha256 of an output that floods; its pages must be read next. */
      flood: Sha.nullable(),
    })
    .describe(
      'A tick took effect: where the process looks now, its call stack, the world after it, and whether it was progress.',
    ),
  'trap.raised': z
    .strictObject({
      kind: z.literal('trap.raised'),
      pid: Pid,
      tick: Tick,
      code: TrapCodeName,
      phase: TrapPhase,
      /** What happened, for the operator: one line. */
      evidence: z.string(),
      /** What the brain reads in its next frame. */
      recovery: z.string(),
      flag: z.boolean(),
      /** Traps in a row without progress, this one included. */
      streak: z.int().min(1),
      /** The fault that caused it, where one did. */
      fault: z.int().min(1).optional(),
    })
    .describe('A rule was broken; the tick has no effect.'),
  'panic.spent': z
    .strictObject({ kind: z.literal('panic.spent'), pid: Pid, tick: Tick, left: Count, why: z.string() })
    .describe('The root was trapped too often in a row: a unit of the panic budget is spent, its call stack cleared.'),
  'panic.granted': z
    .strictObject({ kind: z.literal('panic.granted'), units: z.int().min(1), left: Count })
    .describe('The operator added to the panic budget.'),
  'map.started': z
    .strictObject({
      kind: z.literal('map.started'),
      map: z.string(),
      pid: Pid,
      tick: Tick,
      result: z.enum(['int', 'text']),
      steps: z.array(
        z.strictObject({ text: z.string(), caps: z.array(z.strictObject({ cap: Handle, rights: z.string() })) }),
      ),
    })
    .describe('The planner forked a map; it is blocked until the map joins.'),
  'vote.cast': z
    .strictObject({
      kind: z.literal('vote.cast'),
      map: z.string(),
      step: z.int().min(1),
      pid: Pid,
      value: z.string(),
      /** Votes for this value now, and how far the leader is ahead. */
      votes: z.int().min(1),
      margin: Count,
    })
    .describe('A worker halted with its vote.'),
  'step.settled': z
    .strictObject({
      kind: z.literal('step.settled'),
      map: z.string(),
      step: z.int().min(1),
      /** The consensus; null where the ballots ran out without one. */
      value: z.string().nullable(),
    })
    .describe('A step of a map has a consensus, or ran out of ballots.'),
  'map.joined': z
    .strictObject({
      kind: z.literal('map.joined'),
      map: z.string(),
      pid: Pid,
      results: z.array(z.string().nullable()),
      /** Whether this consensus is new to the process. */
      progress: z.boolean(),
    })
    .describe('All steps of a map are settled; the planner goes on.'),
  'fault.armed': z
    .strictObject({
      kind: z.literal('fault.armed'),
      id: z.int().min(1),
      spec: FaultSpec,
      by: z.string(),
    })
    .describe('A fault is planned.'),
  'fault.disarmed': z
    .strictObject({ kind: z.literal('fault.disarmed'), id: z.int().min(1) })
    .describe('The operator took an armed fault back: it is attached to nothing more.'),
  'fault.requested': z
    .strictObject({
      kind: z.literal('fault.requested'),
      id: z.int().min(1),
      /** A request in flight that the fault is to strike now. */
      req: Req,
      fault: FaultKind,
    })
    .describe('A fault is to strike a request that is in flight.'),
  'fault.staged': z
    .strictObject({
      kind: z.literal('fault.staged'),
      id: z.int().min(1),
      /** The process that is about to be dispatched: its next progress is the recovery. */
      pid: Pid,
      tick: Tick,
      fault: FaultKind,
      /** `clock.jump` only: milliseconds that the clock goes forward, or back. */
      ms: z.int().optional(),
    })
    .describe('A fault is to befall the machine under the kernel, now that this is written.'),
  'fault.triggered': z
    .strictObject({
      kind: z.literal('fault.triggered'),
      id: z.int().min(1),
      pid: Pid,
      tick: Tick,
      fault: FaultKind,
    })
    .describe('A fault was really applied.'),
  'fault.recovered': z
    .strictObject({
      kind: z.literal('fault.recovered'),
      id: z.int().min(1),
      pid: Pid,
      tick: Tick,
      /** The process's own ticks from the fault to its next progress. */
      ticks: Count,
    })
    .describe('The process made progress again after a fault.'),
  'operator.told': z
    .strictObject({ kind: z.literal('operator.told'), pid: Pid, text: z.string() })
    .describe('The operator left a line for a process.'),
  'run.paused': z
    .strictObject({
      kind: z.literal('run.paused'),
      /** What made the run pause by itself; absent where the operator did. */
      why: z.string().optional(),
    })
    .describe('No process is dispatched any more.'),
  'run.unpaused': z.strictObject({ kind: z.literal('run.unpaused') }).describe('Dispatching goes on.'),
  'run.stepped': z.strictObject({ kind: z.literal('run.stepped') }).describe('One dispatch is allowed while paused.'),
  'order.taken': z
    .strictObject({
      kind: z.literal('order.taken'),
      id: z.string(),
      /** Of the order, so that the same id for another one is noticed. */
      digest: z.string(),
    })
    .describe('An order with an id was taken; the same id does nothing again.'),
  'order.repeated': z
    .strictObject({ kind: z.literal('order.repeated'), id: z.string() })
    .describe('An order came again under its id: nothing is done.'),
  'policy.changed': z
    .strictObject({
      kind: z.literal('policy.changed'),
      changes: z.array(z.strictObject({ field: z.enum(SETTABLE), before: PolicyValue, after: PolicyValue })).min(1),
    })
    .describe('The operator changed the policy: from the next decision on the new values count.'),
  'thrash.pardoned': z
    .strictObject({ kind: z.literal('thrash.pardoned'), pid: Pid })
    .describe(
      'What the thrash detectors and the trap streak had counted against a process was forgotten; no progress.',
    ),
  'brain.swapped': z
    .strictObject({
      kind: z.literal('brain.swapped'),
      role: RoleName,
      profile: z.string(),
      brain: BrainName,
      /** What the seat is made from, as JSON. */
      seat: z.string(),
    })
    .describe(
      'A role has another brain: what is in flight is still answered by the old one, or asked anew after a crash.',
    ),
  'run.created': z
    .strictObject({
      kind: z.literal('run.created'),
      task: TaskSpec,
      policy: Policy,
      seed: z.int().min(0),
      worldHash: Sha,
      prices: z.strictObject({ planner: Price.exactOptional(), worker: Price.exactOptional() }).optional(),
    })
    .describe('The run exists: its task, policy and seed.'),
  'run.branched': z
    .strictObject({
      kind: z.literal('run.branched'),
      task: TaskSpec,
      policy: Policy,
      seed: z.int().min(0),
      worldHash: Sha,
      panicLeft: Count,
      /** The kernel's state that the branch begins with, as JSON; what is in flight is requested anew right after. */
      state: z.string(),
    })
    .describe('The run exists, as a branch of another: the state that it begins with.'),
  'run.ended': z
    .strictObject({
      kind: z.literal('run.ended'),
      outcome: Outcome,
      reason: z.string(),
      /** What was in flight; the runtime aborts it. */
      aborts: z.array(Req),
      ticks: Count,
      worldHash: Sha,
      /** SHA-256 over the key-sorted JSON of the state before this event. */
      stateHash: Sha,
    })
    .describe('The run is over.'),
  'input.ignored': z
    .strictObject({ kind: z.literal('input.ignored'), input: z.string(), why: z.string() })
    .describe('An input came too late, or asked for nothing that could be done.'),
} as const;

export type EventKind = keyof typeof EVENTS;
type Loose<K extends EventKind> = z.infer<(typeof EVENTS)[K]>;
export type EventOf<K extends EventKind> = Loose<K>;
export type KernelEvent = { [K in EventKind]: EventOf<K> }[EventKind];
