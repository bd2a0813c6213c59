/** Walking through a run's journal by records, long texts put back. */
import type { Anchor } from '../journal/anchor.ts';
import { brokenError, type JournalError } from '../journal/errors.ts';
import { JournalWalk } from '../journal/index-walk.ts';
import { recordParser } from '../journal/reader.ts';
import { segmentName } from '../journal/segments.ts';
import type { Rec } from '../store/record.ts';

export interface PlacedRec {
  rec: Rec;
  at: Anchor;
}

export class RecWalk {
  readonly #walk: JournalWalk;
  readonly #parse: ReturnType<typeof recordParser>;
  #broken: JournalError | undefined;

  private constructor(runDir: string, walk: JournalWalk) {
    this.#walk = walk;
    this.#parse = recordParser(runDir, { hydrate: true });
  }

  /** As `JournalWalk.after`. */
  static after(runDir: string, anchor: Anchor | undefined): RecWalk | undefined {
    const walk = JournalWalk.after(runDir, anchor);
    return walk && new RecWalk(runDir, walk);
  }

  /**
   * As `JournalWalk.next`; undefined at the present end, or where the walk stops.
   */
  next(from = 0, to = Number.POSITIVE_INFINITY): PlacedRec[] | undefined {
    if (this.#broken !== undefined) throw this.#broken;
    const lines = this.#walk.next(from, to);
    if (lines.length === 0) return undefined;
    const recs: PlacedRec[] = [];
    for (const { text, ...at } of lines) {
      const parsed = this.#parse({ segment: segmentName(at.segment), byte: at.byte, seq: at.seq, text });
      if (!parsed.ok) {
        this.#broken = brokenError(parsed.at);
        if (recs.length === 0) throw this.#broken;
        break;
      }
      // The reader has checked the envelope; the payload is what the kernel wrote.
      recs.push({ rec: parsed.record as unknown as Rec, at });
    }
    return recs;
  }

  close(): void {
    this.#walk.close();
  }
}
