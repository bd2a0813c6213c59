/** Inputs: what happened outside. The journal writes each before the events that the kernel concludes from it. */
import { z } from 'zod';
import { FaultSpec } from '../chaos.ts';
import { Policy } from '../policy.ts';
import { Rights } from '../syscalls.ts';
import { TaskSpec } from '../task.ts';
import { Handle, Pid, Req, Sha } from './common.ts';

/** Typed failures of a brain. The first four are the infrastructure's fault, the others the model's. */
export const BrainErrorCode = z.enum([
  'unreachable',
  'unauthorized',
  'rate_limited',
  'overloaded',
  'context_exceeded',
  'cut_off',
  'refused',
  'malformed',
  'timed_out',
]);
export type BrainErrorCode = z.infer<typeof BrainErrorCode>;

const ms = z.int().min(0);
const tokens = z.int().min(0).max(1_000_000_000);
/** Id of the fault that was really applied to this outcome. */
const applied = z.int().min(1).optional();

export const BrainName = z.strictObject({ name: z.string(), digest: z.string(), simulated: z.boolean() });

export const OperatorCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('pause') }),
  z.strictObject({ command: z.literal('unpause') }),
  /** One dispatch while paused. */
  z.strictObject({ command: z.literal('step') }),
  /** A process, or without `pid` the run. */
  z.strictObject({ command: z.literal('kill'), pid: Pid.optional() }),
  z.strictObject({ command: z.literal('inject'), fault: FaultSpec }),
  z.strictObject({ command: z.literal('revoke'), pid: Pid, handle: Handle }),
  z.strictObject({
    command: z.literal('grant'),
    pid: Pid,
    rights: Rights.exclude(['x']),
    target: z.string().min(1).max(300),
  }),
  z.strictObject({ command: z.literal('grant_panic'), units: z.int().min(1).max(100) }),
  z.strictObject({ command: z.literal('tell'), pid: Pid, text: z.string().min(1).max(300) }),
]);
export type OperatorCommand = z.infer<typeof OperatorCommand>;

export const INPUTS = {
  'run.started': z
    .strictObject({
      kind: z.literal('run.started'),
      task: TaskSpec,
      policy: Policy,
      seed: z.int().min(0),
      planner: BrainName,
      worker: BrainName,
      world: z.strictObject({
        kind: z.enum(['memory', 'workspace']),
        hash: Sha,
        files: z.record(z.string(), z.string()),
      }),
      chaos: z.array(FaultSpec),
    })
    .describe('A run was asked for, with everything that decides its course.'),
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
      order: OperatorCommand,
    })
    .describe('The operator commanded something.'),
  'runtime.failed': z
    .strictObject({ kind: z.literal('runtime.failed'), message: z.string().max(1000) })
    .describe('The runtime broke; nothing more can be performed.'),
  'deadline.passed': z
    .strictObject({ kind: z.literal('deadline.passed'), req: Req })
    .describe('The time that a process had to wait is over.'),
} as const;

export type InputKind = keyof typeof INPUTS;
export type InputOf<K extends InputKind> = z.infer<(typeof INPUTS)[K]>;
export type KernelInput = { [K in InputKind]: InputOf<K> }[InputKind];
