/** The two chains of the earlier system: one over lines, one over replay tuples. */
import { createHash } from 'node:crypto';
import type { LineRecord } from './entries.ts';
import type { Tuple } from './tuple.ts';

export const GENESIS = 'GENESIS';

export type ChainReason = 'prev_mismatch' | 'hash_mismatch' | 'leaf_mismatch' | 'root_mismatch';

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** @param before the hash recorded in the record before it, whether or not that was right */
export const lineBreaks = ({ ts, entry, prev_hash, hash }: LineRecord, before: string): ChainReason[] => {
  const breaks: ChainReason[] = [];
  if (prev_hash !== before) breaks.push('prev_mismatch');
  if (sha256(JSON.stringify({ ts, entry, prev_hash })) !== hash) breaks.push('hash_mismatch');
  return breaks;
};

/** @param before the root recorded in the tuple before it */
export const tupleBreaks = (tuple: Tuple, before: string): ChainReason[] => {
  const breaks: ChainReason[] = [];
  if (tuple.prev !== before) breaks.push('prev_mismatch');
  const keys = Object.keys(tuple.fields);
  const covered = keys.slice(0, keys.indexOf('leaf_hash')).map((key) => [key, tuple.fields[key]]);
  if (sha256(JSON.stringify(Object.fromEntries(covered))) !== tuple.leaf) breaks.push('leaf_mismatch');
  if (sha256(`${tuple.prev}\n${tuple.leaf}`) !== tuple.root) breaks.push('root_mismatch');
  return breaks;
};
