import { setImmediate as turn } from 'node:timers/promises';
import { mayHoldRefs, rehydrate } from './blob-refs.ts';
import { BlobStore } from './blobs.ts';
import { ChainCursor, seqEnd, seqOf, standsAt } from './chain.ts';
import { type BlobProblem, type Break, type BreakReason, cannotBeRead, JournalError } from './errors.ts';
import { GENESIS, type Head, NOTHING, parseLine } from './record.ts';
import { isSegmentFile, LineFile, listSegments } from './segments.ts';

/** A break, and which line it is: 1 for the first that was looked at. */
export interface ChainBreak extends Break {
  record: number;
}

export interface ChainReport {
  /** No break. Missing blobs are not a break of the chain. */
  ok: boolean;
  /** Complete lines that are JSON, broken ones included. */
  records: number;
  /** The last record before the first break. */
  head: Head;
  /** All breaks, in order; at most one a line. A lone `torn_tail` is what a crash leaves; opening the journal cuts it off. */
  breaks: ChainBreak[];
  /** Blobs that records name and the store cannot give, each once. */
  missing: BlobProblem[];
}

/** Read at once. Larger ones are no faster. */
const CHUNK = 1024 * 1024;

/**
 * Checks a whole journal: every line's hash, its place in the chain, that all are of one run, and the blobs that they name.
 * No record is parsed but those that may name blobs, so a shape that is wrong under a hash that is right passes: that is
 * for whoever takes the decisions again.
 *
 * @param target a run's directory; or one segment file: then its first record's own word is where the chain starts, and
 * blobs are not looked for
 *
 * Throws `JournalError` `failed` where the system does not let it read.
 */
export async function verifyChain(target: string): Promise<ChainReport> {
  const lone = await isSegmentFile(target);
  const check = new ChainCheck(lone ? undefined : new BlobStore(target));
  try {
    await checkAll(target, check);
  } catch (error) {
    throw error instanceof JournalError ? error : cannotBeRead(target, error);
  }
  return check.report();
}

async function checkAll(target: string, check: ChainCheck): Promise<void> {
  const paths = await listSegments(target);
  for (const path of paths) {
    const file = await LineFile.open(path, { chunk: CHUNK, blocking: true });
    try {
      for (let part = await file.part(); part !== undefined; part = await file.part()) {
        check.lines(file.segment, part.byte, part.bytes);
        await turn();
      }
      if (file.torn > 0) check.torn(file.segment, file.offset, file.torn, path === paths.at(-1));
    } finally {
      await file.close();
    }
  }
}

const NEWLINE = 10;
/** Of `"blob":"`: a search that begins with a rare letter is four times as fast as one that begins with a quote. */
const REF = Buffer.from('lob":"');
const BEFORE_TS = ',"ts":"'.length;
const TS = '2026-01-01T00:00:00.000Z'.length;

/** The check itself, over lines from anywhere. */
export class ChainCheck {
  readonly #blobs: Pick<BlobStore, 'look'> | undefined;
  readonly #breaks: ChainBreak[] = [];
  /** What became of each blob that was looked for. */
  readonly #looked = new Map<string, BlobProblem | undefined>();
  #cursor: ChainCursor | undefined;
  #lines = 0;
  #records = 0;
  /** The run that the first record names, and how that stands in a line after the time. */
  #run: string | undefined;
  #runKey = '';
  #head: Head = NOTHING;

  /** @param blobs without it the lines are a piece of a journal: they may begin anywhere, and blobs are not looked for */
  constructor(blobs: Pick<BlobStore, 'look'> | undefined) {
    this.#blobs = blobs;
  }

  /** @param bytes whole lines, each with its newline, that follow those before; `byte` is where they begin in the segment */
  lines(segment: string, byte: number, bytes: Buffer): void {
    let start = 0;
    let ref = bytes.indexOf(REF);
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#cursor ??= new ChainCursor(this.#before(bytes, start, end));
      const cursor = this.#cursor;
      const seq = cursor.seq + 1;
      const reason = cursor.check(bytes, start, end);
      const named = ref !== -1 && ref < end;
      if (named) ref = bytes.indexOf(REF, end);
      const fault = reason === undefined ? this.#look(bytes, start, end, named) : { reason };
      this.#lines += 1;
      if (fault?.reason !== 'not_json') this.#records += 1;
      if (fault !== undefined) {
        this.#breaks.push({ record: this.#lines, segment, seq, byte: byte + start, ...fault });
      } else if (this.#breaks.length === 0) this.#head = { seq, hash: cursor.hash ?? GENESIS };
      start = end + 1;
    }
  }

  /** @param last whether this is the last segment; nothing can be torn off in the middle of a journal */
  torn(segment: string, byte: number, bytes: number, last: boolean): void {
    const at = { record: this.#lines + 1, segment, seq: (this.#cursor?.seq ?? 0) + 1, byte };
    if (last) this.#breaks.push({ ...at, reason: 'torn_tail', detail: `${bytes} bytes` });
    else this.#breaks.push({ ...at, reason: 'not_json', detail: `${bytes} bytes without a newline` });
  }

  report(): ChainReport {
    return {
      ok: this.#breaks.length === 0,
      records: this.#records,
      head: this.#head,
      breaks: this.#breaks,
      missing: [...this.#looked.values()].filter((problem) => problem !== undefined),
    };
  }

  /** What comes before the first line. */
  #before(bytes: Buffer, start: number, end: number): { seq: number; hash: string | undefined } {
    const seq = this.#blobs === undefined ? seqOf(bytes, start, end) : 1;
    return seq <= 1 ? NOTHING : { seq: seq - 1, hash: undefined };
  }

  /** Looks into a line whose place in the chain is right, as little as will do. */
  #look(
    bytes: Buffer,
    start: number,
    end: number,
    named: boolean,
  ): { reason: BreakReason; detail: string } | undefined {
    const runAt = seqEnd(bytes, start, end) + BEFORE_TS + TS;
    if (!named && this.#run !== undefined && standsAt(bytes, runAt, this.#runKey)) return undefined;
    const text = bytes.toString('utf8', start, end);
    const result = parseLine(text);
    if (!result.ok) return { reason: result.reason, detail: result.detail };
    const { run } = result.record;
    if (this.#run === undefined) {
      this.#run = run;
      this.#runKey = `","run":${JSON.stringify(run)},"class":"`;
    }
    if (run !== this.#run) return { reason: 'schema', detail: `a record of run ${run}` };
    if (mayHoldRefs(text)) rehydrate(result.record, (sha256) => this.#blob(sha256));
    return undefined;
  }

  #blob(sha256: string): string {
    if (this.#blobs !== undefined && !this.#looked.has(sha256)) {
      const found = this.#blobs.look(sha256);
      this.#looked.set(sha256, typeof found === 'string' ? undefined : found);
    }
    return '';
  }
}
