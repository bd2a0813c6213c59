import { hash } from 'node:crypto';
import type { BreakReason } from './errors.ts';

const START = '{"v":1,"seq":';
const COMMA = ','.charCodeAt(0);
/** Characters of a digest. */
const HEX = 64;
const PREV = ',"prev":"';
const MIDDLE = '","hash":"';
const END = '"}';
const HASH_AT = PREV.length + HEX + MIDDLE.length;
const TAIL = HASH_AT + HEX + END.length;
/** From `,"hash":` on, which is not hashed. */
const HASH_TAIL = TAIL - (PREV.length + HEX + 1);
const TAIL_SHAPE = /^,"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/;

/** Whether an ASCII text stands at `at`. A loop: for so few bytes a call into native code costs more than the comparing. */
export function standsAt(bytes: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Where a line's seq ends, at its comma; 0 where the line does not begin as records do. */
export function seqEnd(bytes: Buffer, start: number, end: number): number {
  if (!standsAt(bytes, start, START)) return 0;
  for (let at = start + START.length; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return bytes[at] === COMMA ? at : 0;
  }
  return 0;
}

/** The seq that a line (or its first 32 bytes) states, read without parsing; 0 where there is none. */
export function seqOf(bytes: Buffer, start = 0, end = bytes.length): number {
  const comma = seqEnd(bytes, start, end);
  let seq = 0;
  for (let at = start + START.length; at < comma; at += 1) seq = seq * 10 + (bytes[at] as number) - 48;
  return seq;
}

/**
 * Walks a chain line by line. It works on bytes at fixed places from the line's end, so that a chain is checked without
 * parsing it, and of a line in order nothing becomes text but its last two fields.
 */
export class ChainCursor {
  seq: number;
  /** Undefined at a start that is not known: then the next record's `prev` is taken as it is. */
  #hash: string | undefined;
  /** Lines since the last record that could not be read. Each may have been one, or may have been put between two. */
  #lost = 0;

  constructor(head: { seq: number; hash: string | undefined }) {
    this.seq = head.seq;
    this.#hash = head.hash;
  }

  /** The last record's hash, as it states it. */
  get hash(): string | undefined {
    return this.#hash;
  }

  /**
   * Checks the next line (without its newline; `start` and `end` where it is a part of `bytes`) and steps over it, broken or
   * not: after a break it goes on from what the line claims, so that one fault is one break and not a break on every line
   * that follows.
   */
  check(bytes: Buffer, start = 0, end = bytes.length): BreakReason | undefined {
    const expected = this.#hash;
    const expectedSeq = this.seq + 1;
    const seq = seqOf(bytes, start, end);
    const at = end - TAIL;
    const own = at > start ? hash('sha256', bytes.subarray(start, end - HASH_TAIL), 'hex') : undefined;
    if (seq === expectedSeq && own !== undefined && isTail(bytes, at, expected, own)) {
      this.seq = seq;
      this.#hash = own;
      this.#lost = 0;
      return undefined;
    }
    const stated = TAIL_SHAPE.exec(bytes.toString('latin1', Math.max(start, at), end));
    if (stated === null) {
      this.#lost += 1;
      return isJson(bytes.subarray(start, end)) ? 'hash_mismatch' : 'not_json';
    }
    const missing = seq - expectedSeq;
    const lost = this.#lost;
    this.seq = seq === 0 ? expectedSeq : seq;
    this.#hash = stated[2];
    this.#lost = 0;
    if (seq === 0 || own !== stated[2]) {
      return isJson(bytes.subarray(start, end)) ? 'hash_mismatch' : 'not_json';
    }
    if (missing < 0 || missing > lost) return 'seq_gap';
    if (missing === 0 && expected !== undefined && stated[1] !== expected) return 'prev_mismatch';
    return undefined;
  }
}

/** Whether the last two fields are as they should be. */
function isTail(bytes: Buffer, at: number, prev: string | undefined, own: string): boolean {
  return (
    prev !== undefined &&
    standsAt(bytes, at, PREV) &&
    standsAt(bytes, at + PREV.length, prev) &&
    standsAt(bytes, at + PREV.length + HEX, MIDDLE) &&
    standsAt(bytes, at + HASH_AT, own) &&
    standsAt(bytes, at + HASH_AT + HEX, END)
  );
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
