/**
 * A record, as text and as an object. One line of a segment is
 *
 *     {"v":1,"seq":n,"ts":"…Z","run":"id","class":"event","kind":"trap.raised", … ,"cause":n,"prev":"hex","hash":"hex"}
 *
 * The envelope's keys are the journal's; everything between `class` and `cause` is the payload.
 */

import type { RecordClass } from '../kernel/records/index.ts';

export const RECORD_VERSION = 1;
/** `prev` of the first record. */
export const GENESIS = '0'.repeat(64);

export type { RecordClass };

/** What a caller appends: JSON values only, no key of the envelope, and no object that looks like a `BlobRef`. */
export interface Payload {
  readonly kind: string;
}

export interface Envelope {
  v: typeof RECORD_VERSION;
  /** 1 for the first record; 0 means: nothing yet. */
  seq: number;
  /** ISO 8601, UTC, milliseconds. */
  ts: string;
  run: string;
  class: RecordClass;
  /** Events only: seq of the input that they follow from. */
  cause?: number;
  prev: string;
  /** SHA-256 (hex) of the line's UTF-8 bytes before `,"hash":`. */
  hash: string;
}

export type JournalRecord = Envelope & { kind: string; [field: string]: unknown };

/** A place in the chain: the last record's seq and hash. */
export interface Head {
  seq: number;
  hash: string;
}

export const NOTHING: Head = { seq: 0, hash: GENESIS };

const ENVELOPE = ['v', 'seq', 'ts', 'run', 'class', 'cause', 'prev', 'hash'] as const;

/** The envelope key that a payload claims for itself, if any. Written out: this runs for every record appended. */
export function reservedKey(payload: object): string | undefined {
  if (
    'seq' in payload ||
    'cause' in payload ||
    'run' in payload ||
    'ts' in payload ||
    'class' in payload ||
    'prev' in payload ||
    'hash' in payload ||
    'v' in payload
  ) {
    return ENVELOPE.find((key) => key in payload);
  }
  return undefined;
}

/** The payload alone, as it was appended: for the kernel, and for strict schemas. */
export function payloadOf(record: JournalRecord): { kind: string; [field: string]: unknown } {
  const {
    v: _v,
    seq: _seq,
    ts: _ts,
    run: _run,
    class: _class,
    cause: _cause,
    prev: _prev,
    hash: _hash,
    ...rest
  } = record;
  return rest as { kind: string };
}

export type Parsed = { ok: true; record: JournalRecord } | { ok: false; reason: 'not_json' | 'schema'; detail: string };

/** Parses one line (without its newline) and checks the envelope; whether it belongs to the chain is not looked at. */
export function parseLine(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not_json', detail: `${text.length} characters` };
  }
  const wrong = wrongField(value);
  return wrong === undefined
    ? { ok: true, record: value as JournalRecord }
    : { ok: false, reason: 'schema', detail: wrong };
}

const HEX64 = /^[0-9a-f]{64}$/;

function wrongField(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  const record = value as Record<string, unknown>;
  if (record.v !== RECORD_VERSION) return `v is not ${RECORD_VERSION}`;
  if (!isSeq(record.seq)) return 'seq is no positive integer';
  if (typeof record.ts !== 'string') return 'ts is no string';
  if (typeof record.run !== 'string') return 'run is no string';
  if (record.class !== 'input' && record.class !== 'event' && record.class !== 'note') return 'unknown class';
  if (typeof record.kind !== 'string') return 'kind is no string';
  if (record.class === 'event' ? !isSeq(record.cause) : record.cause !== undefined) return 'cause: events have one';
  if (typeof record.prev !== 'string' || !HEX64.test(record.prev)) return 'prev is no digest';
  if (typeof record.hash !== 'string' || !HEX64.test(record.hash)) return 'hash is no digest';
  return undefined;
}

function isSeq(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
