import fc from 'fast-check';
import { LineEncoder } from '../../src/journal/encode.ts';
import { type JournalRecord, NOTHING, type Payload, parseLine, payloadOf } from '../../src/journal/record.ts';

export type Act = { type: 'batch'; input: Payload; events: Payload[] } | { type: 'note'; note: Payload };

const RESERVED = new Set(['v', 'seq', 'ts', 'run', 'class', 'cause', 'prev', 'hash', 'kind']);

/** Any JSON object with a kind and without the envelope's keys; texts of all sorts, lone surrogates among them. */
export const payload: fc.Arbitrary<Payload> = fc
  .tuple(
    fc.constantFrom('brain.replied', 'trap.raised', 'stream.delta'),
    fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 8 }).filter((key) => !RESERVED.has(key) && key !== '__proto__'),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.string({ maxLength: 12 }).map((s) => `${s}\ud800`),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      { maxKeys: 3 },
    ),
  )
  .map(([kind, rest]) => ({ kind, ...rest }));

export const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant('batch' as const), input: payload, events: fc.array(payload, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('note' as const), note: payload }),
);

/** What a writer would put on the disk, made in memory. */
export function encodeAll(acts: readonly Act[]): Buffer {
  const encoder = new LineEncoder('run-1', NOTHING);
  let text = '';
  const line = (cls: 'input' | 'event' | 'note', value: Payload, cause: number): void => {
    text += encoder.line(cls, JSON.stringify(value), cause, 1_700_000_000_000);
  };
  for (const item of acts) {
    if (item.type === 'note') line('note', item.note, 0);
    else {
      line('input', item.input, 0);
      const cause = encoder.seq;
      for (const event of item.events) line('event', event, cause);
    }
  }
  return Buffer.from(text);
}

/** What a reader must give back: class, cause and payload of each record. */
export function expected(acts: readonly Act[]): { cls: string; cause: number | undefined; payload: unknown }[] {
  const list: { cls: string; cause: number | undefined; payload: unknown }[] = [];
  const add = (cls: string, value: Payload, cause?: number): void => {
    list.push({ cls, cause, payload: JSON.parse(JSON.stringify(value)) });
  };
  for (const item of acts) {
    if (item.type === 'note') add('note', item.note);
    else {
      add('input', item.input);
      const cause = list.length;
      for (const event of item.events) add('event', event, cause);
    }
  }
  return list;
}

export function summary(record: JournalRecord): { cls: string; cause: number | undefined; payload: unknown } {
  return { cls: record.class, cause: record.cause, payload: payloadOf(record) };
}

/** Complete lines of a buffer, and how many bytes are left. */
function split(bytes: Buffer): { lines: { byte: number; bytes: Buffer }[]; torn: number } {
  const lines: { byte: number; bytes: Buffer }[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push({ byte: start, bytes: bytes.subarray(start, end) });
    start = end + 1;
  }
  return { lines, torn: bytes.length - start };
}

export function parseAll(bytes: Buffer): JournalRecord[] {
  return split(bytes).lines.map((line) => {
    const result = parseLine(line.bytes.toString('utf8'));
    if (!result.ok) throw new Error(result.detail);
    return result.record;
  });
}
