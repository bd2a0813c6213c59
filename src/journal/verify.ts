import { mayHoldRefs } from './blob-refs.ts';
import { BlobStore } from './blobs.ts';
import { ChainCursor } from './chain.ts';
import type { BlobProblem, Break, BreakReason } from './errors.ts';
import { GENESIS, type Head, type JournalRecord, NOTHING, parseLine } from './record.ts';
import { LineFile, listSegments } from './segments.ts';

export interface ChainReport {
  /** No break. Missing blobs are not a break of the chain. */
  ok: boolean;
  /** Complete lines seen, broken ones included. */
  records: number;
  /** The last record before the first break. */
  head: Head;
  /** All breaks, in order; at most one a line. A lone `torn_tail` is what a crash leaves; opening the journal cuts it off. */
  breaks: Break[];
  /** Blobs that records name and the store cannot give, each once. */
  missing: BlobProblem[];
}

export interface VerifyOptions {
  /** Says what is wrong with a (hydrated) record, if anything. */
  validate?: (record: JournalRecord) => string | undefined;
}

/** Checks a run's whole journal: every line's hash, its place in the chain, its shape, and the blobs that it names. */
export async function verifyChain(runDir: string, options: VerifyOptions = {}): Promise<ChainReport> {
  const check = new ChainCheck(new BlobStore(runDir), options.validate);
  const paths = await listSegments(runDir);
  for (const path of paths) {
    const file = await LineFile.open(path);
    try {
      for (let lines = await file.next(); lines.length > 0; lines = await file.next()) {
        for (const line of lines) check.line(file.segment, line.byte, line.bytes);
      }
      if (file.torn > 0) check.torn(file.segment, file.offset, file.torn, path === paths.at(-1));
    } finally {
      await file.close();
    }
  }
  return check.report();
}

/** The check itself, over lines from anywhere. */
export class ChainCheck {
  readonly #cursor = new ChainCursor(NOTHING);
  readonly #blobs: Pick<BlobStore, 'hydrate'>;
  readonly #validate: VerifyOptions['validate'];
  readonly #breaks: Break[] = [];
  readonly #missing = new Map<string, BlobProblem>();
  #records = 0;
  /** The run that the first record names. */
  #run: string | undefined;
  #head: Head = NOTHING;

  constructor(blobs: Pick<BlobStore, 'hydrate'>, validate: VerifyOptions['validate']) {
    this.#blobs = blobs;
    this.#validate = validate;
  }

  line(segment: string, byte: number, line: Buffer): void {
    const seq = this.#cursor.seq + 1;
    const fault = this.#fault(line);
    this.#records += 1;
    if (fault !== undefined) this.#breaks.push({ segment, seq, byte, ...fault });
    else if (this.#breaks.length === 0) this.#head = { seq, hash: this.#cursor.hash ?? GENESIS };
  }

  /** @param last whether this is the last segment; nothing can be torn off in the middle of a journal */
  torn(segment: string, byte: number, bytes: number, last: boolean): void {
    const seq = this.#cursor.seq + 1;
    if (last) this.#breaks.push({ segment, seq, byte, reason: 'torn_tail', detail: `${bytes} bytes` });
    else this.#breaks.push({ segment, seq, byte, reason: 'not_json', detail: `${bytes} bytes without a newline` });
  }

  report(): ChainReport {
    return {
      ok: this.#breaks.length === 0,
      records: this.#records,
      head: this.#head,
      breaks: this.#breaks,
      missing: [...this.#missing.values()],
    };
  }

  #fault(line: Buffer): { reason: BreakReason; detail?: string } | undefined {
    const reason = this.#cursor.check(line);
    if (reason !== undefined) return { reason };
    const text = line.toString('utf8');
    const result = parseLine(text);
    if (!result.ok) return { reason: result.reason, detail: result.detail };
    this.#run ??= result.record.run;
    if (result.record.run !== this.#run) return { reason: 'schema', detail: `a record of run ${result.record.run}` };
    const hydrated = mayHoldRefs(text) ? this.#blobs.hydrate(result.record) : undefined;
    for (const problem of hydrated?.missing ?? []) this.#missing.set(problem.sha256, problem);
    if (hydrated !== undefined && hydrated.missing.length > 0) return undefined;
    const wrong = this.#validate?.(hydrated?.record ?? result.record);
    return wrong === undefined ? undefined : { reason: 'schema', detail: wrong };
  }
}
