/** The journal: the append-only, hash-chained record of a run. */

export type { Anchor } from './anchor.ts';
export { type BlobRef, dehydrate, INLINE_LIMIT, isBlobRef, mayHoldRefs } from './blob-refs.ts';
export { BlobStore } from './blobs.ts';
export { type BlobProblem, type Break, type BreakReason, JournalError, type JournalErrorCode } from './errors.ts';
export { type FollowOptions, follow } from './follow.ts';
export { type Holder, isAlive } from './lock.ts';
export { type JournalOptions, openJournal } from './open.ts';
export { type RawLine, type ReadOptions, readBatches, readLineBatches, readRecords } from './reader.ts';
export {
  type Envelope,
  GENESIS,
  type Head,
  type JournalRecord,
  type Parsed,
  type Payload,
  parseLine,
  payloadOf,
  RECORD_VERSION,
  type RecordClass,
} from './record.ts';
export { journalDir, listSegments } from './segments.ts';
export type { FsyncPolicy } from './sink.ts';
export { type ChainBreak, type ChainReport, verifyChain } from './verify.ts';
export type { Journal, OnStall, OpenedState } from './writer.ts';
