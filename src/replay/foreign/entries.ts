/** The three formats as one sequence: entries with a time, a tag and a body. */
import type { ForeignFormat } from './detect.ts';
import { type Line, linesOf, type Remark } from './lines.ts';

export interface Entry {
  /** 1-based line where it begins. */
  line: number;
  /** ISO 8601; undefined in traces, which have no times. */
  ts: string | undefined;
  /** `REPLAY_TUPLE`, `Tick` …; '' where it has none. */
  tag: string;
  /** What follows the tag on its line. */
  body: string;
  /** Lines that continue it; blank ones count as lines of it, but not as continuation lines. */
  more: readonly string[];
  /** Its line is the file's last and has no line end. */
  torn: boolean;
  /** A record of the line chain, where the file has one. */
  record?: LineRecord;
  /** Why the line is no entry; tag and body are then empty. */
  bad?: 'not_json' | 'schema' | 'no_entry' | 'torn_tail';
}

/** One line of a `.journal.merkle.jsonl`. */
export interface LineRecord {
  ts: string;
  entry: string;
  prev_hash: string;
  hash: string;
}

const STAMPED = /^\[(\d{4}-\d\d-\d\dT[\d:.]+Z)\] (.*)$/s;
const TAGGED = /^\[(\w+)\] ?(.*)$/s;

export const entriesOf = (
  path: string,
  format: ForeignFormat,
  remark?: (what: Remark) => void,
): AsyncGenerator<Entry> => {
  const lines = linesOf(path, remark);
  if (format === 'legacy-log') return ofLog(lines);
  return format === 'legacy-merkle' ? ofLines(lines, merkleEntry) : ofLines(lines, traceEntry);
};

/** The whole text of an entry, as it was written. */
export const entryText = ({ tag, body, more }: Entry): string =>
  [tag === '' ? body : `[${tag}] ${body}`, ...more].join('\n').trimEnd();

async function* ofLog(lines: AsyncIterable<Line>): AsyncGenerator<Entry> {
  let held: { entry: Entry; more: string[] } | undefined;
  for await (const { n, text, torn } of lines) {
    const stamped = STAMPED.exec(text);
    if (stamped !== null) {
      if (held !== undefined) yield held.entry;
      const more: string[] = [];
      held = { entry: { line: n, ts: stamped[1], ...split(stamped[2] ?? ''), more, torn }, more };
    } else if (held !== undefined) held.more.push(text);
    else if (text.trim() !== '') yield blank(n, torn, 'no_entry');
  }
  if (held !== undefined) yield held.entry;
}

async function* ofLines(lines: AsyncIterable<Line>, entry: (line: Line) => Entry): AsyncGenerator<Entry> {
  for await (const line of lines) if (line.text.trim() !== '') yield entry(line);
}

const merkleEntry = ({ n, text, torn }: Line): Entry => {
  const record = jsonObject(text);
  if (record === undefined) return blank(n, torn, torn ? 'torn_tail' : 'not_json');
  const { ts, entry, prev_hash, hash } = record;
  if (
    typeof ts !== 'string' ||
    typeof entry !== 'string' ||
    typeof prev_hash !== 'string' ||
    typeof hash !== 'string'
  ) {
    return blank(n, torn, 'schema');
  }
  const [first = '', ...more] = entry.split('\n');
  return { line: n, ts, ...split(first), more, torn, record: { ts, entry, prev_hash, hash } };
};

const traceEntry = ({ n, text, torn }: Line): Entry => ({
  ...{ line: n, ts: undefined, tag: 'REPLAY_TUPLE', body: text, more: [], torn },
});

const split = (text: string): { tag: string; body: string } => {
  const tagged = TAGGED.exec(text);
  return tagged === null ? { tag: '', body: text } : { tag: tagged[1] ?? '', body: tagged[2] ?? '' };
};

const blank = (line: number, torn: boolean, bad: NonNullable<Entry['bad']>): Entry => ({
  ...{ line, ts: undefined, tag: '', body: '', more: [], torn, bad },
});

/** A JSON object, or undefined for anything else. */
export const jsonObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};
