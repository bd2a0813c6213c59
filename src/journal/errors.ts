/** Why a record, or the bytes where one should be, cannot be part of the chain. */
export type BreakReason = 'not_json' | 'hash_mismatch' | 'seq_gap' | 'prev_mismatch' | 'schema' | 'torn_tail';

/** A place where the chain is broken. `byte` counts from the segment's start; `seq` is the one expected there. */
export interface Break {
  segment: string;
  seq: number;
  byte: number;
  reason: BreakReason;
  /** More about the reason, in words; for `schema` what the validator said. */
  detail?: string;
}

/** A blob that a record names and that the store lacks, or whose bytes have another digest. */
export interface BlobProblem {
  code: 'blob_missing';
  sha256: string;
  why: 'absent' | 'wrong';
}

export type JournalErrorCode = 'locked' | 'broken' | 'blob_missing' | 'wrong_run' | 'payload' | 'failed' | 'closed';

/** What this module throws. `message` is one sentence for people: what, why, and the way out. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;
  /** Present with code `broken`. */
  readonly at: Break | undefined;

  constructor(code: JournalErrorCode, message: string, options?: { at?: Break; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'JournalError';
    this.code = code;
    this.at = options?.at;
  }
}

/** What another error says, as a part of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @param path of the file or directory that the system does not let us read */
export function cannotBeRead(path: string, cause: unknown): JournalError {
  const message = `The journal at ${path} cannot be read (${reasonOf(cause)}); mend that, then try again.`;
  return new JournalError('failed', message, { cause });
}

/** @param path of the file or directory that the system does not let us write */
export function cannotBeWritten(path: string, cause: unknown): JournalError {
  const message = `The journal at ${path} cannot be written (${reasonOf(cause)}); mend that, then try again.`;
  return new JournalError('failed', message, { cause });
}

const WORDS: Record<BreakReason, string> = {
  not_json: 'the line is not JSON',
  hash_mismatch: 'the line does not have the hash that it states',
  seq_gap: 'records are missing or repeated',
  prev_mismatch: 'the record does not follow the one before it',
  schema: 'the record does not have the shape of its kind',
  torn_tail: 'the last line is incomplete',
};

/** The sentence for a break, and the error that carries it. */
export function brokenError(at: Break): JournalError {
  const detail = at.detail === undefined ? '' : ` (${at.detail})`;
  return new JournalError(
    'broken',
    `Journal segment ${at.segment} is broken at record ${at.seq}, byte ${at.byte}: ${WORDS[at.reason]}${detail}; ` +
      'what comes before can still be read, nothing can be appended.',
    { at },
  );
}
