/** What a journal holds, counted in one pass; of the records only those few are parsed that have something more to count. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listSegments, parseLine, readLineBatches, verifyChain } from '../journal/index.ts';
import { lineHead } from '../journal/line-head.ts';

/** The fields up to `tuples` are those that are told of journals of other formats, too. */
export interface JournalStat {
  format: 'turingos';
  entries: number;
  /** Records by kind. */
  tags: Record<string, number>;
  /** Traps by code. */
  trapFrames: Record<string, number>;
  /** Times of the first and the last record, ISO 8601; null where there is none. */
  first: string | null;
  last: string | null;
  tuples: {
    /** Ticks dispatched. */
    count: number;
    /** Whether the chain is unbroken. */
    ok: boolean;
    /** Syscalls of accepted replies. */
    ops: Record<string, number>;
    /** Places where a record does not follow the one before it. */
    discontinuities: number;
  };
  segments: number;
  bytes: number;
  bytesByKind: Record<string, number>;
  /** Null for one file alone, which has none beside it. */
  blobs: { count: number; bytes: number } | null;
  /** 1-based lines that are no record; only where there are any. */
  unparsableLines?: number[];
}

/** @param target a run's directory, or one segment file */
export const statJournal = async (target: string): Promise<JournalStat> => {
  const { breaks } = await verifyChain(target);
  const paths = await listSegments(target);
  const count = new Count();
  for await (const lines of readLineBatches(target)) for (const { text } of lines) count.see(text);
  const { entries, tags, trapFrames, first, last, ticks, ops, bytesByKind, unparsableLines } = count;
  return {
    ...{ format: 'turingos', entries, tags, trapFrames, first, last },
    tuples: {
      count: ticks,
      ok: breaks.every(({ reason }) => reason === 'torn_tail'),
      ops,
      discontinuities: breaks.filter(({ reason }) => reason === 'seq_gap' || reason === 'prev_mismatch').length,
    },
    segments: paths.length,
    bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0),
    bytesByKind,
    blobs: paths[0] === target ? null : blobsOf(target),
    ...(unparsableLines.length === 0 ? {} : { unparsableLines }),
  };
};

class Count {
  lines = 0;
  entries = 0;
  ticks = 0;
  first: string | null = null;
  last: string | null = null;
  readonly unparsableLines: number[] = [];
  readonly tags: Record<string, number> = {};
  readonly bytesByKind: Record<string, number> = {};
  readonly trapFrames: Record<string, number> = {};
  readonly ops: Record<string, number> = {};

  see(text: string): void {
    const head = lineHead(text);
    this.lines += 1;
    if (head === undefined) {
      this.unparsableLines.push(this.lines);
      return;
    }
    const { kind } = head;
    this.entries += 1;
    add(this.tags, kind);
    add(this.bytesByKind, kind, Buffer.byteLength(text) + 1);
    this.first ??= head.ts;
    this.last = head.ts;
    if (kind === 'route.dispatched') this.ticks += 1;
    if (kind !== 'trap.raised' && kind !== 'reply.accepted') return;
    const parsed = parseLine(text);
    if (!parsed.ok) return;
    const { code, mind, world } = parsed.record;
    if (kind === 'trap.raised') add(this.trapFrames, String(code));
    else for (const op of [...(Array.isArray(mind) ? mind : []), world]) this.#op(op);
  }

  #op(op: unknown): void {
    const name = (op as { op?: unknown } | null | undefined)?.op;
    if (typeof name === 'string') add(this.ops, name);
  }
}

const add = (counts: Record<string, number>, key: string, by = 1): void => {
  counts[key] = (counts[key] ?? 0) + by;
};

const blobsOf = (runDir: string): { count: number; bytes: number } => {
  const dir = join(runDir, 'blobs');
  const found = { count: 0, bytes: 0 };
  for (const shelf of namesIn(dir)) {
    for (const name of namesIn(join(dir, shelf))) {
      const size = statSync(join(dir, shelf, name), { throwIfNoEntry: false })?.size;
      if (size === undefined) continue;
      found.count += 1;
      found.bytes += size;
    }
  }
  return found;
};

/** Empty where there is no such directory: a run without long texts has no blobs. */
const namesIn = (dir: string): string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};
