import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ChainCursor, seqOf } from './chain.ts';
import { brokenError, cannotBeRead, JournalError } from './errors.ts';
import { FileBell } from './file-bell.ts';
import { Place } from './place.ts';
import { recordParser } from './reader.ts';
import { type JournalRecord, NOTHING } from './record.ts';
import { placeOf } from './seek.ts';
import { journalDir, LineFile, listSegments, segmentName, segmentNumber } from './segments.ts';

export interface FollowOptions {
  /** The first seq to deliver; default 1. Reading starts near it where the run has an index, else at its segment's start. */
  fromSeq?: number;
  /** Ends the iteration, without an error. */
  signal?: AbortSignal;
  /** Put long texts back from the blob store; what is missing stays a reference. Default false. */
  hydrate?: boolean;
}

/**
 * The records of a run from `fromSeq` on, and then each as it is written, until the signal aborts. They come in arrays, as
 * many as there are, so that a console can apply them at once. The journal need not exist yet. Only complete lines are
 * delivered; a watcher says when to look, a byte offset says what is new. No array holds more than one read of some 512 KiB
 * gives, so who falls behind catches up in steps.
 *
 * Throws `JournalError`: `broken` where the chain is broken, or where bytes that were delivered are gone; `failed` where the
 * journal was deleted or replaced, or cannot be read.
 */
export async function* follow(
  runDir: string,
  options: FollowOptions = {},
): AsyncGenerator<JournalRecord[], void, undefined> {
  const fromSeq = options.fromSeq ?? 1;
  const parse = recordParser(runDir, { hydrate: options.hydrate ?? false });
  const bell = new FileBell(journalDir(runDir), options.signal);
  const tail = new JournalTail(runDir, fromSeq);
  let cursor: ChainCursor | undefined;
  try {
    while (!bell.stopped) {
      bell.clear();
      const { segment, lines, moved } = await tail.look().catch((error: unknown) => {
        throw error instanceof JournalError ? error : cannotBeRead(journalDir(runDir), error);
      });
      const records: JournalRecord[] = [];
      for (const line of lines) {
        const seq = seqOf(line.bytes);
        // In the middle of a chain the first line's own word is all there is to start from.
        cursor ??= new ChainCursor(seq <= 1 ? NOTHING : { seq: seq - 1, hash: undefined });
        const expected = cursor.seq + 1;
        const reason = cursor.check(line.bytes);
        if (reason !== undefined) {
          if (records.length > 0) yield records;
          throw brokenError({ segment, seq: expected, byte: line.byte, reason });
        }
        if (seq !== 0 && seq < fromSeq) continue;
        const result = parse({ segment, byte: line.byte, seq, text: line.bytes.toString('utf8') });
        if (!result.ok) {
          if (records.length > 0) yield records;
          throw brokenError(result.at);
        }
        records.push(result.record);
      }
      if (records.length > 0) yield records;
      else if (!moved && lines.length === 0) await bell.wait();
    }
  } finally {
    await tail.close();
    await bell.close();
  }
}

interface Look {
  segment: string;
  lines: Awaited<ReturnType<LineFile['next']>>;
  /** A segment was opened: there may be more to see at once. */
  moved: boolean;
}

/** A place in the journal that moves on, from segment to segment. */
class JournalTail {
  readonly #runDir: string;
  readonly #fromSeq: number;
  #file: LineFile | undefined;
  #place: Place | undefined;
  #seq = 0;

  constructor(runDir: string, fromSeq: number) {
    this.#runDir = runDir;
    this.#fromSeq = fromSeq;
  }

  async look(): Promise<Look> {
    const [file, place] = [this.#file, this.#place];
    if (file === undefined || place === undefined) return await this.#begin();
    const { segment } = file;
    // Asked before reading: the writer ends a segment before it begins the next, so an end found afterwards is the end.
    const next = await nextPath(place.path);
    const lines = await file.next();
    const last = lines.at(-1);
    if (last !== undefined) {
      this.#seq = seqOf(last.bytes);
      return { segment, lines, moved: false };
    }
    const shrunk = (await file.size()) < file.offset;
    if (shrunk || (next !== undefined && file.torn > 0)) {
      throw brokenError({ segment, seq: this.#seq + 1, byte: file.offset, reason: 'torn_tail' });
    }
    // A descriptor of a deleted file would wait for ever.
    place.check('nothing more can come');
    return this.#moved(next);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #begin(): Promise<Look> {
    const paths = await listSegments(this.#runDir);
    const { index, byte } = await placeOf(this.#runDir, paths, this.#fromSeq);
    return await this.#moved(paths[index], byte);
  }

  async #moved(path: string | undefined, from = 0): Promise<Look> {
    if (path !== undefined) {
      await this.#file?.close();
      this.#file = await LineFile.open(path, { from });
      this.#place = new Place(path);
    }
    return { segment: basename(this.#place?.path ?? ''), lines: [], moved: path !== undefined };
  }
}

async function nextPath(of: string): Promise<string | undefined> {
  const path = join(dirname(of), segmentName(segmentNumber(of) + 1));
  return access(path).then(
    () => path,
    () => undefined,
  );
}
