/** One record as one line for people: when, what, and its short fields. */
import { type JournalRecord, parseLine, payloadOf, type RawLine } from '../journal/index.ts';

/** Characters of a field's text, and of all fields together. */
const FIELD = 48;
const FIELDS = 110;

export const recordLine = ({ seq, text }: RawLine): string => {
  const parsed = parseLine(text);
  if (!parsed.ok) return `${String(seq).padStart(8)}  ${parsed.reason}: ${clip(text, FIELDS)}`;
  const { record } = parsed;
  const time = record.ts.slice(11, 23);
  const what = `${record.class.padEnd(5)}  ${record.kind.padEnd(18)}`;
  return `${String(record.seq).padStart(8)}  ${time}  ${what}  ${fields(record)}`.trimEnd();
};

/** Who and when first; then whatever is short, in the record's order. */
const fields = (record: JournalRecord): string => {
  const { kind: _kind, pid, tick, ...rest } = payloadOf(record);
  const words: string[] = [];
  if (typeof pid === 'number') words.push(`p${pid}`);
  if (typeof tick === 'number') words.push(`t${tick}`);
  for (const [name, value] of Object.entries(rest)) {
    const word = shown(value);
    if (word !== undefined) words.push(`${name}=${word}`);
  }
  return clip(words.join(' '), FIELDS);
};

const shown = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value === '' ? undefined : clip(JSON.stringify(value), FIELD);
  // A world op or a view is told by its own short fields; longer things are for --json.
  if (typeof value !== 'object' || value === null) return undefined;
  const inner = JSON.stringify(value);
  return inner.length > 2 && inner.length <= FIELD ? inner : undefined;
};

const clip = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);
