/** Reads a journal for `WhyFold`, on from where it was left: what is looked at in a list is never read twice. */
import { statSync } from 'node:fs';
import { ChainCursor } from '../../journal/chain.ts';
import { brokenError, cannotBeRead, JournalError } from '../../journal/errors.ts';
import { listSegments, parseLine } from '../../journal/index.ts';
import { lineHead } from '../../journal/line-head.ts';
import { recordParser } from '../../journal/reader.ts';
import { NOTHING } from '../../journal/record.ts';
import { LineFile } from '../../journal/segments.ts';
import type { Rec } from '../../store/record.ts';
import { isSilent, type Why, WhyFold } from './fold.ts';

/** Of a journal: why, and how far it could be read. */
export interface WhyReport extends Why {
  /** Why it could not be read to its end, in a sentence; null where it could. */
  broken: string | null;
  /** Bytes read. */
  bytes: number;
}

/** Stretches of a stream that are kept, unread, for the words that were never finished. */
const STRETCHES = 400;

export class WhyReader {
  readonly #target: string;
  readonly #fold = new WhyFold();
  readonly #parse: ReturnType<typeof recordParser>;
  #cursor = new ChainCursor(NOTHING);
  #segment = 0;
  #offset = 0;
  #bytes = 0;
  #broken: string | null = null;
  #stretches: string[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** @param target a run's directory, or its first segment */
  constructor(target: string) {
    this.#target = target;
    this.#parse = recordParser(target, { hydrate: true });
  }

  /**
   * Reads on to the journal's end, or until so many bytes were read. One after the other, however many ask at once.
   * @returns whether the end was reached, as it was then
   */
  on(maxBytes = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<boolean> {
    const next = this.#last.then(() => this.#readOn(maxBytes, signal));
    this.#last = next;
    return next;
  }

  async #readOn(maxBytes: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted === true) return false;
    const stop = this.#bytes + maxBytes;
    try {
      const paths = await listSegments(this.#target);
      for (; this.#segment < paths.length; this.#segment += 1, this.#offset = 0) {
        if (!(await this.#through(paths[this.#segment] as string, stop, signal))) return false;
        // More may still be written to the last one.
        if (this.#broken !== null || this.#segment === paths.length - 1) return true;
      }
    } catch (error) {
      this.#broken = (error instanceof JournalError ? error : cannotBeRead(this.#target, error)).message;
    }
    return true;
  }

  report(): WhyReport {
    return { ...this.#fold.why(this.#unfinished()), broken: this.#broken, bytes: this.#bytes };
  }

  /** @returns false where it was stopped before the end */
  async #through(path: string, stop: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (!statSync(path).isFile()) throw cannotBeRead(path, new Error('it is no file'));
    const file = await LineFile.open(path, { from: this.#offset });
    try {
      for (let lines = await file.next(); lines.length > 0; lines = await file.next()) {
        for (const line of lines) {
          if (!this.#line(file.segment, line.byte, line.bytes)) return true;
        }
        this.#bytes += file.offset - this.#offset;
        this.#offset = file.offset;
        if (this.#bytes >= stop || signal?.aborted === true) return false;
      }
      return true;
    } finally {
      await file.close();
    }
  }

  /** @returns false at a break: nothing after it can be trusted */
  #line(segment: string, byte: number, bytes: Buffer): boolean {
    const seq = this.#cursor.seq + 1;
    const reason = this.#cursor.check(bytes);
    if (reason !== undefined) {
      this.#broken = brokenError({ segment, seq, byte, reason }).message;
      return false;
    }
    const text = bytes.toString('utf8');
    const head = lineHead(text);
    if (head === undefined || isSilent(head.kind)) {
      if (head?.kind === 'stream.delta') this.#stretch(text);
      this.#fold.pass(seq, head?.ts ?? '');
      return true;
    }
    const parsed = this.#parse({ segment, seq, byte, text });
    if (!parsed.ok) {
      this.#broken = brokenError(parsed.at).message;
      return false;
    }
    this.#fold.see(parsed.record as unknown as Rec);
    return true;
  }

  #stretch(text: string): void {
    if (this.#stretches.length >= 2 * STRETCHES) this.#stretches = this.#stretches.slice(-STRETCHES);
    this.#stretches.push(text);
  }

  /** The text so far of the request that was streamed last. */
  #unfinished(): { req: number; text: string } | undefined {
    const parts = this.#stretches.slice(-STRETCHES).flatMap((line) => {
      const parsed = parseLine(line);
      return parsed.ok ? [parsed.record as unknown as { req: number; text: string }] : [];
    });
    const last = parts.at(-1);
    if (last === undefined) return undefined;
    const own = parts.filter(({ req }) => req === last.req);
    return { req: last.req, text: own.map(({ text }) => text).join('') };
  }
}

/** All of a journal. */
export const readWhy = async (target: string): Promise<WhyReport> => {
  const reader = new WhyReader(target);
  await reader.on();
  return reader.report();
};

/** Records that are all there: of other formats. */
export const whyOf = (records: readonly Rec[]): WhyReport => {
  const fold = new WhyFold();
  for (const rec of records) fold.see(rec);
  return { ...fold.why(), broken: null, bytes: 0 };
};
