/** Journal records as the console reads them: the envelope that it needs, and the payload by kind. */
import type { JournalRecord } from '../journal/index.ts';
import type { KernelEvent, KernelInput, RuntimeNote } from '../kernel/records/index.ts';

export interface Stamp {
  seq: number;
  /** ISO 8601, UTC. */
  ts: string;
  run: string;
}

export type Rec = Stamp &
  (({ class: 'input' } & KernelInput) | ({ class: 'event' } & KernelEvent) | ({ class: 'note' } & RuntimeNote));

/** A text of a record. One that the journal keeps as a blob is a reference instead, where the blob is lost. */
export const textOf = (value: string): string =>
  typeof value === 'string' ? value : '(this text is missing from the blob store)';

/** The journal's reader has checked the envelope; the payload is what the kernel of the same version wrote. */
export const asRecs = (records: readonly JournalRecord[]): readonly Rec[] => records as unknown as readonly Rec[];
