/** A run's journal as the kernel sees it: inputs, each with the events that it led to, long texts put back. */
import { BlobStore, type JournalRecord, payloadOf, readRecords } from '../journal/index.ts';
import type { KernelEvent, KernelInput } from '../kernel/index.ts';

export interface RunBatch {
  /** Of the input. */
  seq: number;
  input: KernelInput;
  events: KernelEvent[];
  /** The batch's last record. */
  end: { seq: number; hash: string; ts: string };
  /** When the kernel began that took the run up before it; absent where the one before it went on. */
  resumedAt?: string;
}

/**
 * The batches in order; the last one may miss events.
 * @throws JournalError `broken` at a break, `blob_missing` where a text is lost; what comes before was delivered
 */
export async function* runBatches(
  dir: string,
  { fromSeq = 1, check = false }: { fromSeq?: number; check?: boolean } = {},
): AsyncGenerator<RunBatch, void, undefined> {
  const blobs = new BlobStore(dir);
  let batch: RunBatch | undefined;
  let resumedAt: string | undefined;
  for await (const stored of readRecords(dir, { fromSeq, check })) {
    if (stored.class === 'note') {
      if (stored.kind === 'run.resumed') resumedAt = stored.ts;
      continue;
    }
    if (stored.class === 'input' && batch !== undefined) yield batch;
    const { seq, hash, ts } = stored;
    const end = { seq, hash, ts };
    const payload = payloadOf(whole(blobs, stored));
    if (stored.class === 'input') {
      batch = { seq, input: payload as unknown as KernelInput, events: [], end };
      if (resumedAt !== undefined) batch.resumedAt = resumedAt;
      resumedAt = undefined;
    }
    // A reader that starts in the middle of a batch leaves the rest of that one out.
    else if (batch !== undefined) {
      batch.events.push(payload as unknown as KernelEvent);
      batch.end = end;
    }
  }
  if (batch !== undefined) yield batch;
}

const whole = (blobs: BlobStore, stored: JournalRecord): JournalRecord => {
  const { record, missing } = blobs.hydrate(stored);
  // Throws, with the sentence that names it.
  for (const { sha256 } of missing) blobs.get(sha256);
  return record;
};
