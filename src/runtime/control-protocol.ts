/** What goes over `control.sock`: two JSON-RPC requests. Killing a run is a command like any other. */
import { z } from 'zod';
import { type KernelEvent, OperatorCommand, Outcome } from '../kernel/index.ts';

export const STATUS = 'status';
export const COMMAND = 'command';

export const CommandParams = z.strictObject({
  /** Who: `console`, `cli`, `signal` … */
  by: z.string().min(1).max(120),
  reason: z.string().max(300),
  order: OperatorCommand,
});
export type CommandParams = z.infer<typeof CommandParams>;

const BrainLabel = z.object({ name: z.string(), simulated: z.boolean() });

export const RunStatus = z.object({
  id: z.string(),
  /** Of the kernel process; its process group has the same number. */
  pid: z.int(),
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

export interface CommandResult {
  seq: number;
  events: KernelEvent[];
}
