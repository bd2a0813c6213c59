/** Faults as data: what can be injected, what it strikes, and when. */
import { z } from 'zod';

export const FaultKind = z.enum([
  'brain.cut',
  'write.denied',
  'cap.revoked',
  'exec.timeout',
  'log.flood',
  'brain.unreachable',
  'brain.slow_first',
  'brain.slow',
  'brain.garbage',
  'brain.truncated',
  'brain.wrong_value',
  'cap.swapped',
  'disk.full',
  'clock.jump',
  'kernel.killed',
]);
export type FaultKind = z.infer<typeof FaultKind>;

/**
 * What a fault strikes: a request to a brain, a write or a command, which carry it to the adapter; a handle, which the kernel
 * itself changes; or the machine under the kernel. The last two have their occasion whenever a process is dispatched.
 */
export type Struck = 'brain' | 'write' | 'exec' | 'handle' | 'host';

export const STRUCK_BY: Readonly<Record<FaultKind, Struck>> = {
  'brain.cut': 'brain',
  'brain.unreachable': 'brain',
  'brain.slow_first': 'brain',
  'brain.slow': 'brain',
  'brain.garbage': 'brain',
  'brain.truncated': 'brain',
  'brain.wrong_value': 'brain',
  'write.denied': 'write',
  'exec.timeout': 'exec',
  'log.flood': 'exec',
  'cap.revoked': 'handle',
  'cap.swapped': 'handle',
  'disk.full': 'host',
  'clock.jump': 'host',
  'kernel.killed': 'host',
};

/** A rate as people say it, 0.001 to 1, in thousandths; undefined where it is none. */
export const thousandths = (rate: number): number | undefined => {
  const value = Math.round(rate * 1000);
  return value >= 1 && value <= 1000 && Math.abs(value - rate * 1000) < 1e-6 ? value : undefined;
};
export const RATE_WORDS = 'has to be from 0.001 to 1, in steps of 0.001';

/** Milliseconds that a `clock.jump` goes, forward or back. */
export const CLOCK_JUMP_MS = 3_600_000;

export const FaultSpec = z
  .strictObject({
    fault: FaultKind,
    /** A process id, a role, or anyone. */
    target: z.union([z.int().min(1), z.enum(['planner', 'worker', 'any'])]),
    /** How often it strikes before it is used up; without it, which only a rate may be, as long as the run lasts. */
    times: z.int().min(1).max(1000).optional(),
    /** Handle faults only: the handle; without it the one that was used last. */
    handle: z.string().max(120).optional(),
    /** Thousandths of the occasions on which it strikes, each drawn from the run's seed; without it, every occasion. */
    rate: z.int().min(1).max(1000).optional(),
    /** The first occasion that counts: from this tick of the run on, or a process's n-th of its kind. */
    schedule: z
      .strictObject({ tick: z.int().min(1).optional(), nth: z.int().min(1).optional() })
      .refine(({ tick, nth }) => tick !== undefined || nth !== undefined, 'needs tick, nth or both')
      .optional(),
  })
  .refine(({ times, rate }) => times !== undefined || rate !== undefined, {
    message: 'is missing: say how often it strikes, or give a rate',
    path: ['times'],
  });
export type FaultSpec = z.infer<typeof FaultSpec>;
