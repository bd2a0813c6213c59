/** Hashing, canonical JSON and stateless randomness. */
import { hash } from 'node:crypto';

export const sha256 = (text: string): string => hash('sha256', text);

/** 64 bits of a digest: enough to tell things of one run apart. */
export const shortHash = (text: string): string => sha256(text).slice(0, 16);

/** JSON with the keys of every object sorted, so that equal values give equal bytes. */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
};

/**
 * Stateless randomness: the same arguments give the same number, whatever else was drawn before.
 * @returns 31 bits
 */
export const draw = (seed: number, purpose: string, pid: number, tick: number, n: number): number =>
  Number.parseInt(sha256(`${seed}|${purpose}|${pid}|${tick}|${n}`).slice(0, 8), 16) >>> 1;

/** SHA-256 over the canonical JSON of a state. Costly: taken at snapshots and ends, never each tick. */
export const stateHash = (state: unknown): string => sha256(canonicalJson(state));
