/** Inputs: what happened outside. The journal writes each before the events that the kernel concludes from it. */
import { z } from 'zod';
import { FaultSpec } from '../chaos.ts';
import { Policy } from '../policy.ts';
import { PolicyValue, SETTABLE } from '../settable.ts';
import { Rights } from '../syscalls.ts';
import { TaskSpec } from '../task.ts';
import { BrainErrorCode, BrainName, Handle, Pid, Req, RoleName, Sha } from './common.ts';
import { EVENTS } from './events.ts';

const ms = z.int().min(0);
const tokens = z.int().min(0).max(1_000_000_000);
/** Id of the fault that was really applied to this outcome. */
const applied = z.int().min(1).optional();

export const OperatorCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('pause') }),
  z.strictObject({ command: z.literal('unpause') }),
  /** One dispatch while paused. */
  z.strictObject({ command: z.literal('step') }),
  /** A process, or without `pid` the run. */
  z.strictObject({ command: z.literal('kill'), pid: Pid.optional() }),
  z.strictObject({ command: z.literal('inject'), fault: FaultSpec }),
  /** Takes an armed fault back; one that is under way already still strikes. */
  z.strictObject({ command: z.literal('disarm'), fault: z.int().min(1) }),
  z.strictObject({ command: z.literal('revoke'), pid: Pid, handle: Handle }),
  z.strictObject({
    command: z.literal('grant'),
    pid: Pid,
    /** `x` only of what the task has commands for. */
    rights: Rights,
    target: z.string().min(1).max(300),
  }),
  z.strictObject({ command: z.literal('grant_panic'), units: z.int().min(1).max(100) }),
  z.strictObject({ command: z.literal('tell'), pid: Pid, text: z.string().min(1).max(300) }),
  /** Changes the policy; `null` turns off what a field governs. */
  z.strictObject({
    command: z.literal('set'),
    changes: z
      .array(z.strictObject({ field: z.enum(SETTABLE), value: PolicyValue }))
      .min(1)
      .max(16),
  }),
  /** Forgets what the thrash detectors and the trap streak of a process have counted. */
  z.strictObject({ command: z.literal('pardon'), pid: Pid }),
  /** Another brain for a role; who opens it fills in what it is. */
  z.strictObject({
    command: z.literal('swap'),
    role: RoleName,
    /** The profile whose brain in that role it is. */
    profile: z.string().min(1).max(80),
    brain: BrainName.optional(),
    /** What the seat is made from, as JSON; never a key. */
    seat: z.string().max(65_536).optional(),
  }),
]);
export type OperatorCommand = z.infer<typeof OperatorCommand>;

const World = z.strictObject({
  kind: z.enum(['memory', 'workspace']),
  hash: Sha,
  /** Path → text, all of a world in memory. What a workspace holds is in its own repository, under the hash. */
  files: z.record(z.string(), z.string()),
  /** Commands run without any fence, by the operator's choice; absent: in the sandbox, or not at all. */
  sandbox: z.literal('none').optional(),
});

/** Chosen by who gives the order. */
export const OrderId = z.string().min(1).max(64);

/** What decides a run's course, whether it starts or branches off. */
const course = {
  task: TaskSpec,
  policy: Policy,
  seed: z.int().min(0),
  planner: BrainName,
  worker: BrainName,
};

/** A request that an outcome is due for, as it stands in the journal. */
export const Requested = z.union([
  EVENTS['observe.requested'],
  EVENTS['brain.requested'],
  EVENTS['op.requested'],
  EVENTS['grade.requested'],
  EVENTS['process.blocked'],
]);
export type Requested = z.infer<typeof Requested>;

export const INPUTS = {
  'run.started': z
    .strictObject({ kind: z.literal('run.started'), ...course, world: World, chaos: z.array(FaultSpec) })
    .describe('A run was asked for, with everything that decides its course.'),
  'run.forked': z
    .strictObject({
      kind: z.literal('run.forked'),
      /** The run that it branches off from, and the last record that both have in common. */
      origin: z.strictObject({ run: z.string(), seq: z.int().min(1), head: Sha }),
      /** What is not as it was in the origin. */
      overridden: z.array(z.enum(['brains', 'seed', 'policy', 'chaos', 'sandbox'])),
      ...course,
      /** `past`: what the world remembers besides files, in its own words. */
      world: World.extend({ past: z.string() }),
      /** Takes the place of the faults that are armed; null leaves those. */
      chaos: z.array(FaultSpec).nullable(),
      /** The kernel's state at that record, as JSON. */
      state: z.string(),
      /** Requests in flight there; a wait with what is left of it. */
      requests: z.array(Requested),
      /** Those whose answers are due next, in this order: simulated brains are fed back in rounds. */
      round: z.array(Req),
    })
    .describe('A run branched off from another one, with everything that decides its course from there on.'),
  'world.observed': z
    .strictObject({
      kind: z.literal('world.observed'),
      req: Req,
      worldHash: Sha,
      found: z.strictObject({ sha256: Sha, chars: z.int().min(0), pages: z.int().min(1), text: z.string() }).nullable(),
      /** Why nothing was found. */
      why: z.string().max(300).optional(),
    })
    .describe('What was found where a process looked.'),
  'brain.replied': z
    .strictObject({
      kind: z.literal('brain.replied'),
      req: Req,
      text: z.string(),
      reasoning: z.string().optional(),
      finish: z.enum(['stop', 'length']),
      tokensIn: z.int().min(0),
      tokensOut: tokens,
      firstTokenMs: ms,
      totalMs: ms,
      applied,
    })
    .describe('A stream ended with a finish reason.'),
  'brain.failed': z
    .strictObject({
      kind: z.literal('brain.failed'),
      req: Req,
      error: BrainErrorCode,
      message: z.string().max(1000),
      /** What had arrived before the failure. */
      partial: z.string(),
      tokensOut: tokens,
      totalMs: ms,
      retryAfterMs: ms.optional(),
      applied,
    })
    .describe('A stream ended without one, or never began.'),
  'op.done': z
    .strictObject({
      kind: z.literal('op.done'),
      req: Req,
      worldHash: Sha,
      exit: z.int(),
      /** What the op printed: its whole as a blob, its first page as text. */
      output: z
        .strictObject({
          sha256: Sha,
          chars: z.int().min(0),
          bytes: z.int().min(0),
          pages: z.int().min(1),
          text: z.string(),
        })
        .nullable(),
      applied,
    })
    .describe('A world op was performed.'),
  'op.failed': z
    .strictObject({
      kind: z.literal('op.failed'),
      req: Req,
      worldHash: Sha,
      errno: z.string().max(60),
      detail: z.string().max(1000),
      timedOut: z.boolean(),
      applied,
    })
    .describe('A world op failed; the world is as it was before.'),
  'grader.judged': z
    .strictObject({
      kind: z.literal('grader.judged'),
      req: Req,
      verdict: z.enum(['pass', 'fail', 'error']),
      words: z.string().max(1000),
    })
    .describe('The grader judged a halt.'),
  'operator.commanded': z
    .strictObject({
      kind: z.literal('operator.commanded'),
      by: z.string().max(120),
      reason: z.string().max(300),
      /** What tells a repetition from another order; the same id does nothing twice. */
      id: OrderId.optional(),
      order: OperatorCommand,
    })
    .describe('The operator commanded something.'),
  'fault.applied': z
    .strictObject({ kind: z.literal('fault.applied'), id: z.int().min(1), pid: Pid })
    .describe('A fault befell the machine under the kernel.'),
  'runtime.failed': z
    .strictObject({ kind: z.literal('runtime.failed'), message: z.string().max(1000) })
    .describe('The runtime broke; nothing more can be performed.'),
  'limit.passed': z
    .strictObject({
      kind: z.literal('limit.passed'),
      limit: z.literal('wallMs'),
      /** Milliseconds at work, as the runtime measured them. */
      spentMs: ms,
    })
    .describe('The time that a run may take is over.'),
  'deadline.passed': z
    .strictObject({ kind: z.literal('deadline.passed'), req: Req })
    .describe('The time that a process had to wait is over.'),
} as const;

export type InputKind = keyof typeof INPUTS;
export type InputOf<K extends InputKind> = z.infer<(typeof INPUTS)[K]>;
export type KernelInput = { [K in InputKind]: InputOf<K> }[InputKind];
