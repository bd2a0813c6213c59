import { type Anchor, checkedAnchor } from './anchor.ts';
import { ChainCursor } from './chain.ts';
import { brokenError, type JournalError } from './errors.ts';
import { NOTHING } from './record.ts';
import { type Line, LineFile, listSegments, segmentNumber } from './segments.ts';

/** A line of the journal, without its newline, and where its record stands. */
export interface PlacedLine extends Anchor {
  text: string;
}

/** Bytes read at once: more would be wasted on the short walks that most are. */
const CHUNK = 128 * 1024;

/**
 * A walk through a run's journal from a record that is known, its chain checked on the way. At the end it may be asked again:
 * there may be more by then.
 */
export class JournalWalk {
  readonly #runDir: string;
  readonly #cursor: ChainCursor;
  #segment: number;
  #from: number;
  #file: LineFile | undefined;
  /** The record that the walk starts from was seen before. */
  #skip: number;
  #broken: JournalError | undefined;

  private constructor(runDir: string, after: Anchor | undefined) {
    this.#runDir = runDir;
    this.#cursor = new ChainCursor(after === undefined ? NOTHING : { seq: after.seq - 1, hash: undefined });
    this.#segment = after?.segment ?? 1;
    this.#from = after?.byte ?? 0;
    this.#skip = after?.seq ?? 0;
  }

  /** The walk over the records after one, or over all; undefined where the journal does not have that record at its place. */
  static async after(runDir: string, anchor: Anchor | undefined): Promise<JournalWalk | undefined> {
    if (anchor === undefined) return new JournalWalk(runDir, undefined);
    const found = await checkedAnchor(runDir, (seq) => (seq >= anchor.seq ? anchor : undefined), anchor.seq);
    return found && new JournalWalk(runDir, found);
  }

  /**
   * The next records, as many as one read gives; none at the present end, where an incomplete line may stand.
   * Throws `JournalError` `broken` at a break, after everything before it was returned.
   */
  async next(): Promise<PlacedLine[]> {
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken;
      // Asked before reading: the writer ends a segment before it begins the next, so an end found afterwards is the end.
      const paths = await listSegments(this.#runDir);
      this.#file ??= await this.#open(paths);
      if (this.#file === undefined) return [];
      const read = await this.#file.next();
      const lines = this.#checked(read);
      if (lines.length > 0) return lines;
      if (read.length > 0) continue;
      const last = !paths.some((path) => segmentNumber(path) > this.#segment);
      if ((await this.#file.size()) < this.#file.offset || (!last && this.#file.torn > 0)) {
        this.#break(this.#cursor.seq + 1, this.#file.offset, 'torn_tail');
      } else if (last) return [];
      else await this.#leave();
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #checked(read: readonly Line[]): PlacedLine[] {
    const lines: PlacedLine[] = [];
    for (const { byte, bytes } of read) {
      const expected = this.#cursor.seq + 1;
      const reason = this.#cursor.check(bytes);
      if (reason !== undefined) {
        this.#break(expected, byte, reason);
        break;
      }
      const { seq, hash = '' } = this.#cursor;
      if (seq > this.#skip) lines.push({ seq, hash, segment: this.#segment, byte, text: bytes.toString('utf8') });
    }
    return lines;
  }

  #break(seq: number, byte: number, reason: Parameters<typeof brokenError>[0]['reason']): void {
    this.#broken = brokenError({ segment: this.#file?.segment ?? '', seq, byte, reason });
  }

  async #open(paths: readonly string[]): Promise<LineFile | undefined> {
    const path = paths.find((name) => segmentNumber(name) >= this.#segment);
    if (path === undefined) return undefined;
    this.#segment = segmentNumber(path);
    return await LineFile.open(path, { from: this.#from, chunk: CHUNK });
  }

  async #leave(): Promise<void> {
    await this.close();
    this.#segment += 1;
    this.#from = 0;
  }
}
