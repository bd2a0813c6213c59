/** Field types that inputs and events share. */
import { z } from 'zod';
import { Rights } from '../syscalls.ts';
import { TRAP_CODES } from '../words.ts';

export const Pid = z.int().min(1);
/** Number of a request, unique in a run. */
export const Req = z.int().min(1);
/** Number of a dispatch, counted over the run from 1. */
export const Tick = z.int().min(0);
export const Sha = z.string().regex(/^[0-9a-f]{64}$/);
export const Handle = z.string().max(120);
export const RoleName = z.enum(['planner', 'worker']);
/** What a brain costs, in millionths of a dollar for a million tokens. */
export const Price = z.strictObject({ in: z.int().min(0), out: z.int().min(0) });
export type Price = z.infer<typeof Price>;

/** What a brain is; absent price: nobody has named one. */
export const BrainName = z.strictObject({
  name: z.string(),
  digest: z.string(),
  simulated: z.boolean(),
  price: Price.optional(),
});
export type BrainName = z.infer<typeof BrainName>;

export const PlaceSchema = z.union([
  z.strictObject({ view: z.string().max(300) }),
  z.strictObject({ cap: Handle, path: z.string().max(300).optional() }),
]);

/** A row of a process's capability table. */
export const Cap = z.strictObject({
  handle: Handle,
  /** The same handle as a URL: `vfd://w/9c01/ANSWER.txt`. */
  url: z.string().max(400),
  rights: Rights,
  target: z.string().max(300),
  argv: z.array(z.string()).optional(),
  more: z.boolean().optional(),
  /** Whom it was derived from; null for a root capability. */
  from: z.strictObject({ pid: Pid, handle: Handle }).nullable(),
  revoked: z.boolean(),
});
export type Cap = z.infer<typeof Cap>;

export const TrapCodeName = z.enum(TRAP_CODES);
export const TrapPhase = z.enum(['reply', 'loop', 'op']);

/** `dead`: panic budget exhausted. `limit`: ticks, time, tokens. `interrupted`: the infrastructure's fault. */
export const Outcome = z.enum(['passed', 'failed', 'dead', 'limit', 'interrupted', 'killed']);
export type Outcome = z.infer<typeof Outcome>;

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
