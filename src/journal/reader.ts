import { mayHoldRefs } from './blob-refs.ts';
import { BlobStore } from './blobs.ts';
import { ChainCursor, seqOf } from './chain.ts';
import { type Break, brokenError } from './errors.ts';
import { type JournalRecord, NOTHING, parseLine } from './record.ts';
import { LineFile, listSegments, segmentWith } from './segments.ts';

/** A line as it stands on the disk, without its newline, and where. */
export interface RawLine {
  segment: string;
  byte: number;
  seq: number;
  text: string;
}

export interface ReadOptions {
  /** The first seq to deliver; default 1. Without an index, reading starts at the segment that holds it. */
  fromSeq?: number;
  /** Check hashes, `prev` and seq on the way; default false. Starts at the segment that is read first. */
  check?: boolean;
  /** Put long texts back from the blob store; what is missing stays a reference. Default false. */
  hydrate?: boolean;
  /** Says what is wrong with a record, if anything. A record with a missing blob is not asked about. */
  validate?: (record: JournalRecord) => string | undefined;
}

/**
 * The journal's complete lines, in order, as many at a time as one read gives. `target` is a run's directory or one segment
 * file. An incomplete last line is not delivered and is no error: it may be being written. Throws `JournalError` `broken`
 * at a break, after everything before it was delivered.
 */
export async function* readLineBatches(
  target: string,
  options: Pick<ReadOptions, 'fromSeq' | 'check'> = {},
): AsyncGenerator<RawLine[], void, undefined> {
  const fromSeq = options.fromSeq ?? 1;
  const paths = await listSegments(target);
  const start = await segmentWith(paths, fromSeq);
  let cursor = options.check === true && start === 0 && paths[0] !== target ? new ChainCursor(NOTHING) : undefined;
  let last = 0;
  for (const path of paths.slice(start)) {
    const file = await LineFile.open(path);
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

/** Line to record: parsed, hydrated and validated as the options say. */
export function recordParser(
  target: string,
  options: Pick<ReadOptions, 'hydrate' | 'validate'>,
): (line: RawLine) => ParsedAt {
  const blobs = options.hydrate === true ? new BlobStore(target) : undefined;
  const { validate } = options;
  return (line) => {
    const at = (reason: 'not_json' | 'schema', detail: string): ParsedAt => ({
      ok: false,
      at: { segment: line.segment, seq: line.seq, byte: line.byte, reason, detail },
    });
    const result = parseLine(line.text);
    if (!result.ok) return at(result.reason, result.detail);
    const hydrated = blobs !== undefined && mayHoldRefs(line.text) ? blobs.hydrate(result.record) : undefined;
    const record = hydrated?.record ?? result.record;
    const incomplete = hydrated !== undefined && hydrated.missing.length > 0;
    const wrong = incomplete ? undefined : validate?.(record);
    return wrong === undefined ? { ok: true, record } : at('schema', wrong);
  };
}
