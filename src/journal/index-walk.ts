import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Anchor } from './anchor.ts';
import { ChainCursor } from './chain.ts';
import { type BreakReason, brokenError, type JournalError } from './errors.ts';
import { NOTHING } from './record.ts';
import { isSegmentName, journalDir, segmentName, segmentNumber } from './segments.ts';

/** A line of the journal, without its newline, and where its record stands. */
export interface PlacedLine extends Anchor {
  text: string;
}

const NEWLINE = 10;
/** Bytes read at once: more would be wasted on the short walks that most are. */
const CHUNK = 128 * 1024;
/** Where only one line is looked at. */
const FIRST = 16 * 1024;
/** What is read is made text before anybody else reads, so all walks share it; lines that are longer make it grow. */
let buffer = Buffer.allocUnsafe(CHUNK);

/**
 * A walk through a run's journal from a record that is known, its chain checked on the way. At the end it may be asked again:
 * there may be more by then.
 *
 * It reads synchronously: what is asked for has a few hundred kilobytes and is mostly in the page cache, where each trip to
 * another thread and back would take longer than the reading itself, on a busy machine by far.
 */
export class JournalWalk {
  readonly #dir: string;
  readonly #cursor: ChainCursor;
  #segment: number;
  /** Where the next line begins. */
  #offset: number;
  #fd: number | undefined;
  #broken: JournalError | undefined;

  private constructor(runDir: string, from: Anchor | undefined) {
    this.#dir = journalDir(runDir);
    this.#cursor = new ChainCursor(from === undefined ? NOTHING : { seq: from.seq - 1, hash: undefined });
    this.#segment = from?.segment ?? 1;
    this.#offset = from?.byte ?? 0;
  }

  /** The walk over the records after one, or over all; undefined where the journal does not have that record at its place. */
  static after(runDir: string, anchor: Anchor | undefined): JournalWalk | undefined {
    const walk = new JournalWalk(runDir, anchor);
    if (anchor === undefined || walk.#isAt(anchor)) return walk;
    walk.close();
    return undefined;
  }

  /**
   * The next records, as many as one read gives; none at the present end, where an incomplete line may stand.
   * Throws `JournalError` `broken` at a break, after everything before it was returned.
   *
   * @param from records before it are passed over
   * @param to the walk stops there
   */
  next(from = 0, to = Number.POSITIVE_INFINITY): PlacedLine[] {
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken;
      if (this.#cursor.seq >= to) return [];
      // Asked before reading: the writer ends a segment before it begins the next, so an end found afterwards is the end.
      const last = !existsSync(this.#path(this.#segment + 1));
      if (!this.#open()) {
        if (this.#skipTo(this.#segment + 1)) continue;
        return [];
      }
      const { whole, torn } = this.#read(CHUNK);
      const lines = this.#lines(whole, from, to);
      if (lines.length > 0) return lines;
      if (whole > 0) continue;
      if (this.#shrunk() || (torn > 0 && !last)) this.#break(this.#cursor.seq + 1, this.#offset, 'torn_tail');
      else if (!last) this.#leave();
      else if (!this.#skipTo(this.#segment + 2)) return [];
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #isAt({ hash }: Anchor): boolean {
    if (!this.#open()) return false;
    const end = buffer.subarray(0, this.#read(FIRST).whole).indexOf(NEWLINE);
    if (end === -1 || this.#cursor.check(buffer.subarray(0, end)) !== undefined) return false;
    this.#offset += end + 1;
    return this.#cursor.hash === hash;
  }

  #path(segment: number): string {
    return join(this.#dir, segmentName(segment));
  }

  #open(): boolean {
    if (this.#fd !== undefined) return true;
    try {
      this.#fd = openSync(this.#path(this.#segment), 'r');
    } catch (error) {
      // No journal yet, or none of that name.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return this.#fd !== undefined;
  }

  /** Reads on; `whole` are the bytes of complete lines at the buffer's start, `torn` those of an incomplete one after them. */
  #read(bytes: number): { whole: number; torn: number } {
    for (let asked = bytes; ; asked *= 2) {
      if (asked > buffer.length) buffer = Buffer.allocUnsafe(asked);
      const read = readSync(this.#fd as number, buffer, 0, asked, this.#offset);
      const whole = buffer.subarray(0, read).lastIndexOf(NEWLINE) + 1;
      if (whole > 0 || read < asked) return { whole, torn: read - whole };
    }
  }

  /** Steps over complete lines in the buffer, up to a break. */
  #lines(whole: number, from: number, to: number): PlacedLine[] {
    const lines: PlacedLine[] = [];
    let start = 0;
    while (start < whole && this.#cursor.seq < to) {
      const end = buffer.indexOf(NEWLINE, start);
      const expected = this.#cursor.seq + 1;
      const byte = this.#offset + start;
      const reason = this.#cursor.check(buffer.subarray(start, end));
      if (reason !== undefined) {
        this.#break(expected, byte, reason);
        break;
      }
      const { seq, hash = '' } = this.#cursor;
      const segment = this.#segment;
      if (seq >= from) lines.push({ seq, hash, segment, byte, text: buffer.toString('utf8', start, end) });
      start = end + 1;
    }
    this.#offset += start;
    return lines;
  }

  /** Bytes that were read are gone: the file is another one now, or was cut. */
  #shrunk(): boolean {
    return fstatSync(this.#fd as number).size < this.#offset;
  }

  #break(seq: number, byte: number, reason: BreakReason): void {
    this.#broken = brokenError({ segment: segmentName(this.#segment), seq, byte, reason });
  }

  #leave(): void {
    this.close();
    this.#segment += 1;
    this.#offset = 0;
  }

  /** Over segments that are missing to the first one from `least` on: a gap must be told, not taken for the end. */
  #skipTo(least: number): boolean {
    let names: string[] = [];
    try {
      names = readdirSync(this.#dir);
    } catch {
      // No journal: there is nothing behind a gap.
    }
    const later = names.filter(isSegmentName).map(segmentNumber);
    const next = Math.min(...later.filter((number) => number >= least));
    if (next === Number.POSITIVE_INFINITY) return false;
    this.#segment = next - 1;
    this.#leave();
    return true;
  }
}
