/** What goes over `control.sock`: two JSON-RPC requests. Killing a run is a command like any other. */
import { z } from 'zod';
import { type KernelEvent, OperatorCommand, OrderId, Outcome } from '../kernel/index.ts';

export const STATUS = 'status';
export const COMMAND = 'command';

export const CommandParams = z.strictObject({
  /** Who: `console`, `cli`, `signal` … */
  by: z.string().min(1).max(120),
  reason: z.string().max(300),
  order: OperatorCommand,
  /** The same id is answered with what it did the first time. */
  id: OrderId.optional(),
  /** Nothing is done or written: the answer is what would be. */
  dryRun: z.literal(true).optional(),
  /** For a swap: the file with the profile, absolute. */
  config: z.string().max(4096).optional(),
});
export type CommandParams = z.infer<typeof CommandParams>;

const BrainLabel = z.object({ name: z.string(), simulated: z.boolean() });

const LockHolder = z.object({
  pid: z.int(),
  startTime: z.string().nullable(),
  bootId: z.string().nullable(),
  pidNs: z.string().nullable(),
});

export const RunStatus = z.object({
  id: z.string(),
  /** Of the kernel process; its process group has the same number. */
  pid: z.int(),
  /** As in the journal's lock, which may be lost; absent from kernels before this. */
  holder: LockHolder.optional(),
  phase: z.enum(['new', 'active', 'paused', 'ended']),
  outcome: Outcome.nullable(),
  tick: z.int(),
  /** Of the last input. */
  seq: z.int(),
  /** Why the journal takes nothing at the moment, which makes the run wait; null while it does. */
  stalled: z.string().nullable(),
  /** Whether any brain is simulated. */
  simulated: z.boolean(),
  planner: BrainLabel,
  worker: BrainLabel,
});
export type RunStatus = z.infer<typeof RunStatus>;

/** What comes with the sentence of a refusal. */
export interface Refusal {
  /** Of the verb that is refused. */
  exitCode: number;
}

export interface CommandResult {
  /** Of the input; of the last one before it, where it was only asked what would be. */
  seq: number;
  events: KernelEvent[];
  /** It asked for what was so already: nothing was done, and that is no failure. */
  already?: true;
  /** It was given before, under this id: this is what it did then. */
  repeated?: true;
}
