import { hash } from 'node:crypto';
import type { BreakReason } from './errors.ts';

const SEQ_AT = '{"v":1,"seq":'.length;
const HASH_TAIL = ',"hash":"'.length + 64 + '"}'.length;
const TAIL = ',"prev":"'.length + 64 + '"'.length + HASH_TAIL;
const TAIL_SHAPE = /^,"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/;

/** The seq that a line (or its first 32 bytes) states, read without parsing; 0 where there is none. */
export function seqOf(line: Buffer): number {
  if (line.toString('latin1', 0, SEQ_AT) !== '{"v":1,"seq":') return 0;
  let seq = 0;
  for (let at = SEQ_AT; at < line.length; at += 1) {
    const digit = (line[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return line[at] === 44 ? seq : 0;
    seq = seq * 10 + digit;
  }
  return 0;
}

/**
 * Walks a chain line by line. It works on bytes at fixed places from the line's end, so that a chain is checked without
 * parsing it.
 */
export class ChainCursor {
  seq: number;
  /** Undefined where the line before could not be read: then the next record's `prev` is taken as it is. */
  #hash: string | undefined;

  constructor(head: { seq: number; hash: string | undefined }) {
    this.seq = head.seq;
    this.#hash = head.hash;
  }

  /** The last record's hash; undefined after a line that has none. */
  get hash(): string | undefined {
    return this.#hash;
  }

  /**
   * Checks the next line (without its newline) and steps over it, broken or not: after a break it goes on from what the
   * line claims, so that one fault is one break and not a break on every line that follows.
   */
  check(line: Buffer): BreakReason | undefined {
    const expected = this.#hash;
    const expectedSeq = this.seq + 1;
    const seq = seqOf(line);
    const tail = TAIL_SHAPE.exec(line.toString('latin1', Math.max(0, line.length - TAIL)));
    this.seq = seq === 0 ? expectedSeq : seq;
    this.#hash = tail?.[2];
    if (seq === 0 || tail === null) return isJson(line) ? 'hash_mismatch' : 'not_json';
    if (hash('sha256', line.subarray(0, line.length - HASH_TAIL), 'hex') !== tail[2]) {
      return isJson(line) ? 'hash_mismatch' : 'not_json';
    }
    if (seq !== expectedSeq) return 'seq_gap';
    if (expected !== undefined && tail[1] !== expected) return 'prev_mismatch';
    return undefined;
  }
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
