/** Notes: what the runtime says for people. `decide` and `evolve` never see them. */
import { z } from 'zod';

export const NOTES = {
  /** A stretch of a brain's stream; coalesced to at most 20 a second a brain. */
  'stream.delta': z.strictObject({
    kind: z.literal('stream.delta'),
    req: z.int().min(1),
    pid: z.int().min(1),
    text: z.string(),
    reasoning: z.string().optional(),
    /** Tokens in this stretch. */
    tokens: z.int().min(0),
  }),
  /** A stream that was stopped by the kernel: the whole text that had arrived. */
  'stream.aborted': z.strictObject({
    kind: z.literal('stream.aborted'),
    req: z.int().min(1),
    pid: z.int().min(1),
    partial: z.string(),
    tokens: z.int().min(0),
    why: z.string(),
  }),
  'journal.recovered': z.strictObject({
    kind: z.literal('journal.recovered'),
    cutBytes: z.int().min(0),
    fromSeq: z.int().min(0),
  }),
  'runtime.said': z.strictObject({ kind: z.literal('runtime.said'), text: z.string() }),
} as const;

export type NoteKind = keyof typeof NOTES;
export type RuntimeNote = { [K in NoteKind]: z.infer<(typeof NOTES)[K]> }[NoteKind];
