import { mkdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobStore } from './blobs.ts';
import { ChainCursor } from './chain.ts';
import { brokenError, JournalError } from './errors.ts';
import { takeLock } from './lock.ts';
import { GENESIS, type Head, type JournalRecord, NOTHING, parseLine } from './record.ts';
import { journalDir, LineFile, listSegments, SEGMENT_BYTES, segmentName, segmentNumber } from './segments.ts';
import { type FsyncPolicy, SegmentSink, type SinkPosition } from './sink.ts';
import { Journal, type OpenedState } from './writer.ts';

export interface JournalOptions {
  /** The run's id; it stands in every record. A journal of another run is refused. */
  run: string;
  /** Default `interval`. */
  fsync?: FsyncPolicy;
  /** Bytes after which a new segment is begun; default 64 MiB. */
  segmentBytes?: number;
}

/**
 * Opens a run's journal for appending, or begins it. Checks the whole chain, cuts off an incomplete last line and reports
 * that in `recovered`.
 *
 * Throws `JournalError`: `locked` when another process writes it, `broken` when the chain is (nothing is changed then),
 * `wrong_run` when it belongs to another run.
 */
export async function openJournal(runDir: string, options: JournalOptions): Promise<Journal> {
  const dir = journalDir(runDir);
  await mkdir(dir, { recursive: true });
  const lock = takeLock(join(dir, 'lock'));
  try {
    const found = await scan(runDir);
    if (found.last !== undefined && found.last.run !== options.run) {
      throw new JournalError(
        'wrong_run',
        `${dir} is the journal of run ${found.last.run}, not of ${options.run}; open it as that run.`,
      );
    }
    if (found.recovered !== undefined)
      await truncate(join(dir, segmentName(found.position.segment)), found.position.size);
    const blobs = new BlobStore(runDir);
    const fsync = options.fsync ?? 'interval';
    const sink = new SegmentSink(dir, found.position, fsync, options.segmentBytes ?? SEGMENT_BYTES, blobs);
    return new Journal(options.run, found.head, found, { sink, blobs, lock, fsync });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Scanned extends OpenedState {
  head: Head;
  last: JournalRecord | undefined;
  position: SinkPosition;
}

/** Walks the whole chain without parsing it; only the last batch and the last record are looked into. */
async function scan(runDir: string): Promise<Scanned> {
  const cursor = new ChainCursor(NOTHING);
  const batch = new BatchTail();
  const paths = await listSegments(runDir);
  let position: SinkPosition = { segment: 1, size: 0 };
  let cutBytes = 0;
  let last: string | undefined;
  for (const path of paths) {
    const file = await LineFile.open(path);
    try {
      for (let lines = await file.next(); lines.length > 0; lines = await file.next()) {
        for (const line of lines) {
          const seq = cursor.seq + 1;
          const reason = cursor.check(line.bytes);
          if (reason !== undefined) throw brokenError({ segment: file.segment, seq, byte: line.byte, reason });
          batch.see(line.bytes);
        }
        last = lines.at(-1)?.bytes.toString('utf8');
      }
      position = { segment: segmentNumber(path), size: file.offset };
      cutBytes = file.torn;
    } finally {
      await file.close();
    }
    // Another segment was begun after it, so this is a broken middle and not a tail.
    if (cutBytes > 0 && path !== paths.at(-1)) {
      const at = { segment: file.segment, seq: cursor.seq + 1, byte: file.offset };
      throw brokenError({ ...at, reason: 'torn_tail' });
    }
  }
  return {
    head: { seq: cursor.seq, hash: cursor.hash ?? GENESIS },
    last: last === undefined ? undefined : parsed(last),
    position,
    recovered: cutBytes === 0 ? undefined : { cutBytes, cutFromSeq: cursor.seq + 1 },
    lastBatch: batch.end(),
  };
}

const CLASS_KEY = Buffer.from(',"class":"');
const INPUT = 'i'.charCodeAt(0);
const EVENT = 'e'.charCodeAt(0);

/** Keeps the lines of the last input and of the events after it. */
class BatchTail {
  #input: string | undefined;
  #events: string[] = [];

  see(line: Buffer): void {
    // Within a JSON string the quotes would be escaped, so the first such bytes are the key.
    const cls = line[line.indexOf(CLASS_KEY) + CLASS_KEY.length];
    if (cls === INPUT) {
      this.#input = line.toString('utf8');
      this.#events = [];
    } else if (cls === EVENT) {
      this.#events.push(line.toString('utf8'));
    }
  }

  end(): OpenedState['lastBatch'] {
    if (this.#input === undefined) return undefined;
    return { input: parsed(this.#input), events: this.#events.map(parsed) };
  }
}

/** For lines whose hash was checked: only a writer of another version could have made one that has no such shape. */
function parsed(line: string): JournalRecord {
  const result = parseLine(line);
  if (result.ok) return result.record;
  throw new JournalError(
    'broken',
    `The journal's last records are not of this version (${result.detail}); use the version that wrote them.`,
  );
}
