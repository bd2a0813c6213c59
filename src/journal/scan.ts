import { type Anchor, type Anchors, checkedAnchor } from './anchor.ts';
import { ChainCursor } from './chain.ts';
import { brokenError, JournalError } from './errors.ts';
import { GENESIS, type Head, type JournalRecord, NOTHING, parseLine } from './record.ts';
import { LineFile, listSegments, segmentNumber } from './segments.ts';
import type { SinkPosition } from './sink.ts';
import type { OpenedState } from './writer.ts';

/** What appending goes on from. */
export interface Scanned extends OpenedState {
  head: Head;
  last: JournalRecord | undefined;
  position: SinkPosition;
}

/**
 * Finds the end of a run's journal: from an anchor on, so that it takes no longer for a longer journal, else from the start.
 * The chain is checked from there to the end; what comes before a good anchor is not looked at.
 *
 * Throws `JournalError` `broken`.
 */
export async function scanJournal(runDir: string, anchors: Anchors): Promise<Scanned> {
  let anchor = await checkedAnchor(runDir, anchors, Number.POSITIVE_INFINITY);
  while (anchor !== undefined) {
    const scanned = await walk(runDir, anchor);
    // With an input, its whole batch was seen. Without one the anchor lies in the last batch, or in notes after it: then
    // from twice as far back.
    if (scanned.lastBatch !== undefined) return scanned;
    anchor = await checkedAnchor(runDir, anchors, 2 * anchor.seq - scanned.head.seq - 1);
  }
  return await walk(runDir, undefined);
}

/** Walks the chain without parsing it; only the last batch and the last record are looked into. */
async function walk(runDir: string, from: Anchor | undefined): Promise<Scanned> {
  const cursor = new ChainCursor(from === undefined ? NOTHING : { seq: from.seq - 1, hash: undefined });
  const batch = new BatchTail();
  const paths = (await listSegments(runDir)).filter((path) => segmentNumber(path) >= (from?.segment ?? 0));
  let position: SinkPosition = { segment: 1, size: 0 };
  let cutBytes = 0;
  let last: string | undefined;
  for (const path of paths) {
    const file = await LineFile.open(path, { from: segmentNumber(path) === from?.segment ? from.byte : 0 });
    try {
      for (let lines = await file.next(); lines.length > 0; lines = await file.next()) {
        for (const line of lines) {
          const seq = cursor.seq + 1;
          const reason = cursor.check(line.bytes);
          if (reason !== undefined) throw brokenError({ segment: file.segment, seq, byte: line.byte, reason });
          batch.see(line.bytes);
        }
        batch.keep();
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
  #kept: string[] = [];
  #begun = false;
  /** Seen since the last `keep`. */
  #seen: Buffer[] = [];

  see(line: Buffer): void {
    // Within a JSON string the quotes would be escaped, so the first such bytes are the key.
    const cls = line[line.indexOf(CLASS_KEY) + CLASS_KEY.length];
    if (cls === INPUT) {
      this.#begun = true;
      this.#kept = [];
      this.#seen = [line];
    } else if (cls === EVENT && this.#begun) this.#seen.push(line);
  }

  /** Copies what is left of the lines seen: their bytes are about to be overwritten. */
  keep(): void {
    for (const line of this.#seen) this.#kept.push(line.toString('utf8'));
    this.#seen = [];
  }

  end(): OpenedState['lastBatch'] {
    const [input, ...events] = this.#kept.map(parsed);
    return input && { input, events };
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
