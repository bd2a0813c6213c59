/** Notes: what the runtime says for people. `decide` and `evolve` never see them. */
import { z } from 'zod';

export const NOTES = {
  /** A stretch of a brain's stream; coalesced to at most 20 a second a brain. */
  'stream.delta': z
    .strictObject({
      kind: z.literal('stream.delta'),
      req: z.int().min(1),
      pid: z.int().min(1),
      text: z.string(),
      reasoning: z.string().optional(),
      /** Tokens in this stretch. */
      tokens: z.int().min(0),
    })
    .describe('A stretch of a brain’s stream.'),
  /** A stream that was stopped by the kernel: the whole text that had arrived. */
  'stream.aborted': z
    .strictObject({
      kind: z.literal('stream.aborted'),
      req: z.int().min(1),
      pid: z.int().min(1),
      partial: z.string(),
      tokens: z.int().min(0),
      why: z.string(),
    })
    .describe('A stream that the kernel had stopped: all text that had arrived.'),
  'journal.recovered': z
    .strictObject({
      kind: z.literal('journal.recovered'),
      cutBytes: z.int().min(0),
      fromSeq: z.int().min(0),
    })
    .describe('A torn tail was cut when the journal was opened.'),
  'run.resumed': z
    .strictObject({
      kind: z.literal('run.resumed'),
      /** Of the kernel process that goes on with the run. */
      pid: z.int().min(1),
      /** Requests without an outcome: each is performed again, under its own number. */
      requests: z.array(z.strictObject({ req: z.int().min(1), pid: z.int().min(1), kind: z.string() })),
    })
    .describe('The run goes on in a new kernel process, after its last one was lost.'),
  'runtime.said': z
    .strictObject({ kind: z.literal('runtime.said'), text: z.string() })
    .describe('A remark of the runtime.'),
} as const;

export type NoteKind = keyof typeof NOTES;
export type RuntimeNote = { [K in NoteKind]: z.infer<(typeof NOTES)[K]> }[NoteKind];
