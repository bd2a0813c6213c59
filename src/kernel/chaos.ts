/** Faults as data: what can be injected, and what it is attached to. */
import { z } from 'zod';

/** `brain.cut`: the stream ends early. `write.denied`: the op fails after a partial write. `cap.revoked`: a handle goes. */
export const FaultKind = z.enum(['brain.cut', 'write.denied', 'cap.revoked']);
export type FaultKind = z.infer<typeof FaultKind>;

export const FaultSpec = z.strictObject({
  fault: FaultKind,
  /** A process id, a role, or anyone. */
  target: z.union([z.int().min(1), z.enum(['planner', 'worker', 'any'])]),
  /** How often it strikes before it is used up. */
  times: z.int().min(1).max(1000),
  /** `cap.revoked` only: the handle; without it the one that was used last. */
  handle: z.string().max(120).optional(),
});
export type FaultSpec = z.infer<typeof FaultSpec>;
