/** The record catalogue: every kind a journal can hold, by class, with its schema. The schemas are the documentation. */
import type { z } from 'zod';
import { EVENTS, type KernelEvent } from './events.ts';
import { INPUTS, type KernelInput } from './inputs.ts';
import { NOTES, type RuntimeNote } from './notes.ts';

export type RecordClass = 'input' | 'event' | 'note';
export type KernelPayload = KernelInput | KernelEvent | RuntimeNote;

export const CATALOGUE: Record<RecordClass, Record<string, z.ZodType>> = { input: INPUTS, event: EVENTS, note: NOTES };

/**
 * Checks a record's payload (envelope fields and `cause` taken off) against its kind's schema.
 * @returns undefined, or one line that names the kind, the field and what is wrong
 */
export const payloadProblem = (recordClass: RecordClass, payload: { kind: string }): string | undefined => {
  const schema = CATALOGUE[recordClass][payload.kind];
  if (schema === undefined) return `unknown ${recordClass} kind "${payload.kind}"`;
  const result = schema.safeParse(payload);
  if (result.success) return undefined;
  const issue = result.error.issues[0];
  return `${payload.kind}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
};

export * from './common.ts';
export * from './events.ts';
export * from './inputs.ts';
export * from './notes.ts';
