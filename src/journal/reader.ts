import { mayHoldRefs } from './blob-refs.ts';
import { BlobStore } from './blobs.ts';
import { ChainCursor, seqOf } from './chain.ts';
import { type Break, brokenError, cannotBeRead, JournalError } from './errors.ts';
import { type JournalRecord, NOTHING, parseLine } from './record.ts';
import { placeOf } from './seek.ts';
import { LineFile, listSegments } from './segments.ts';

/** A line as it stands on the disk, without its newline, and where. */
export interface RawLine {
  segment: string;
  byte: number;
  seq: number;
  text: string;
}

export interface ReadOptions {
  /** The first seq to deliver; default 1. Reading starts near it where the run has an index, else at its segment's start. */
  fromSeq?: number;
  /** Check hashes, `prev` and seq on the way; default false. Starts at the line that is read first. */
  check?: boolean;
  /** Put long texts back from the blob store; what is missing stays a reference. Default false. */
  hydrate?: boolean;
}

/**
 * The journal's complete lines, in order, as many at a time as one read gives. `target` is a run's directory or one segment
 * file. An incomplete last line is not delivered and is no error: it may be being written. Throws `JournalError` `broken`
 * at a break, after everything before it was delivered, and `failed` where the system does not let it read.
 */
export async function* readLineBatches(
  target: string,
  options: Pick<ReadOptions, 'fromSeq' | 'check'> = {},
): AsyncGenerator<RawLine[], void, undefined> {
  try {
    yield* lineBatches(target, options);
  } catch (error) {
    throw error instanceof JournalError ? error : cannotBeRead(target, error);
  }
}

async function* lineBatches(
  target: string,
  options: Pick<ReadOptions, 'fromSeq' | 'check'>,
): AsyncGenerator<RawLine[], void, undefined> {
  const fromSeq = options.fromSeq ?? 1;
  const paths = await listSegments(target);
  const start = await placeOf(target, paths, fromSeq);
  const whole = start.index === 0 && start.byte === 0 && paths[0] !== target;
  let cursor = options.check === true && whole ? new ChainCursor(NOTHING) : undefined;
  let last = 0;
  for (const [index, path] of paths.entries()) {
    if (index < start.index) continue;
    const file = await LineFile.open(path, { from: index === start.index ? start.byte : 0 });
    try {
      for (let lines = await file.next(); lines.length > 0; lines = await file.next()) {
        const batch: RawLine[] = [];
        for (const line of lines) {
          const seq = seqOf(line.bytes);
          last = seq;
          if (options.check === true) {
            // In the middle of a chain the first record's own word is all there is to start from.
            cursor ??= new ChainCursor({ seq: seq - 1, hash: undefined });
            const expected = cursor.seq + 1;
            const reason = cursor.check(line.bytes);
            if (reason !== undefined) {
              if (batch.length > 0) yield batch;
              throw brokenError({ segment: file.segment, seq: expected, byte: line.byte, reason });
            }
          }
          // A line that states no seq is delivered: whoever parses it says what is wrong with it.
          if (seq !== 0 && seq < fromSeq) continue;
          batch.push({ segment: file.segment, byte: line.byte, seq, text: line.bytes.toString('utf8') });
        }
        if (batch.length > 0) yield batch;
      }
      if (file.torn > 0 && path !== paths.at(-1)) {
        throw brokenError({ segment: file.segment, seq: last + 1, byte: file.offset, reason: 'torn_tail' });
      }
    } finally {
      await file.close();
    }
  }
}

/** The records, in arrays as large as one read gives: for folding at full speed. Otherwise like `readLineBatches`. */
export async function* readBatches(
  target: string,
  options: ReadOptions = {},
): AsyncGenerator<JournalRecord[], void, undefined> {
  const parse = recordParser(target, options);
  for await (const lines of readLineBatches(target, options)) {
    const records: JournalRecord[] = [];
    for (const line of lines) {
      const result = parse(line);
      if (result.ok) records.push(result.record);
      else {
        if (records.length > 0) yield records;
        throw brokenError(result.at);
      }
    }
    yield records;
  }
}

/** The records, one by one. Otherwise like `readLineBatches`. */
export async function* readRecords(
  target: string,
  options: ReadOptions = {},
): AsyncGenerator<JournalRecord, void, undefined> {
  for await (const records of readBatches(target, options)) yield* records;
}

type ParsedAt = { ok: true; record: JournalRecord } | { ok: false; at: Break };

/** Line to record: parsed, and hydrated if the options say so. */
export function recordParser(target: string, options: Pick<ReadOptions, 'hydrate'>): (line: RawLine) => ParsedAt {
  const blobs = options.hydrate === true ? new BlobStore(target) : undefined;
  return ({ segment, seq, byte, text }) => {
    const result = parseLine(text);
    if (!result.ok) {
      return { ok: false, at: { segment, seq, byte, reason: result.reason, detail: result.detail } };
    }
    const { record } = blobs !== undefined && mayHoldRefs(text) ? blobs.hydrate(result.record) : result;
    return { ok: true, record };
  };
}
