/** Integrity of a journal of another format: its chain, recomputed. Read-only, in bounded memory. */
import { existsSync } from 'node:fs';
import { type ChainReason, GENESIS, lineBreaks, tupleBreaks } from './chain.ts';
import { type ForeignFormat, foreignFormat } from './detect.ts';
import { type Entry, entriesOf, jsonObject, type LineRecord } from './entries.ts';
import { linesOf, type Remark } from './lines.ts';
import { parseTuple } from './tuple.ts';

/** `torn_tail`: the file ends within the line. `no_entry`: the line continues an entry that is not there. */
export type ForeignReason = ChainReason | 'not_json' | 'schema' | 'torn_tail' | 'no_entry';

export interface ForeignBreak {
  /** 1-based line. */
  record: number;
  reason: ForeignReason;
}

export interface ForeignReport {
  format: ForeignFormat;
  /** Records of the chain: lines of a merkle file, replay tuples of a log or a trace. */
  records: number;
  ok: boolean;
  breaks: ForeignBreak[];
  /** The last recorded hash or root; null where there is no record. */
  head: string | null;
  /** Merkle files: whether the entries are those of the `.journal.log` beside it; null where there is none. */
  matchesLog: boolean | null;
  /** First line of that log which differs; null where none does. */
  differsAt: number | null;
  /** What the bytes have that the chain does not cover: a byte order mark, CRLF, entries of several lines. */
  remarks: (Remark | 'multi_line')[];
}

/** Entries whose body must be JSON. */
export const JSON_TAGS: readonly string[] = ['REPLAY_TUPLE', 'TRAP_FRAME', 'HYPERCORE_ROUTE'];

/** @throws ForeignError where the file cannot be read, or is of none of the formats */
export const verifyForeign = async (path: string): Promise<ForeignReport> => {
  const format = await foreignFormat(path);
  const remarks = new Set<ForeignReport['remarks'][number]>();
  const log = format === 'legacy-merkle' ? logBeside(path) : undefined;
  const breaks: ForeignBreak[] = [];
  let records = 0;
  let before = GENESIS;
  for await (const entry of entriesOf(path, format, (what) => remarks.add(what))) {
    if (entry.more.some((line) => line.trim() !== '')) remarks.add('multi_line');
    const link = format === 'legacy-merkle' ? lineLink(entry, before) : tupleLink(entry, before);
    for (const reason of link.reasons) breaks.push({ record: entry.line, reason });
    if (link.next === undefined) continue;
    records += 1;
    before = link.next;
    if (entry.record !== undefined) await log?.expect(entry.record);
  }
  const differsAt = (await log?.end()) ?? null;
  return {
    ...{ format, records, ok: breaks.length === 0, breaks, head: records === 0 ? null : before },
    ...{ matchesLog: log === undefined ? null : differsAt === null, differsAt, remarks: [...remarks] },
  };
};

/** What an entry says about the chain; `next` is what the record after it must name, undefined where it is no record. */
interface Link {
  reasons: readonly ForeignReason[];
  next?: string;
}

const lineLink = ({ bad, record }: Entry, before: string): Link =>
  record === undefined ? { reasons: [bad ?? 'schema'] } : { reasons: lineBreaks(record, before), next: record.hash };

const tupleLink = ({ bad, tag, body, torn }: Entry, before: string): Link => {
  if (bad !== undefined) return { reasons: [bad] };
  if (!JSON_TAGS.includes(tag)) return { reasons: [] };
  const unread = torn ? ('torn_tail' as const) : ('not_json' as const);
  if (tag !== 'REPLAY_TUPLE') return { reasons: jsonObject(body) === undefined ? [unread] : [] };
  const tuple = parseTuple(body);
  if (tuple === 'not_json') return { reasons: [unread] };
  if (tuple === 'schema') return { reasons: ['schema'] };
  return { reasons: tupleBreaks(tuple, before), next: tuple.root };
};

/** Both files are written from the same entries; only the comparison shows a chain that was computed anew. */
const logBeside = (
  path: string,
): { expect(record: LineRecord): Promise<void>; end(): Promise<number | null> } | undefined => {
  const beside = path.replace(/\.merkle\.jsonl$/, '.log');
  if (beside === path || !existsSync(beside)) return undefined;
  const lines = linesOf(beside);
  let differs: number | null = null;
  let n = 0;
  return {
    expect: async ({ ts, entry }) => {
      for (const text of `[${ts}] ${entry}`.split('\n')) {
        if (differs !== null) return;
        n += 1;
        const { value, done } = await lines.next();
        if (done === true || value.text !== text.replace(/\r$/, '')) differs = n;
      }
    },
    end: async () => {
      if (differs === null && (await lines.next()).done !== true) differs = n + 1;
      await lines.return(undefined);
      return differs;
    },
  };
};
