/** What is written while it is killed: the n-th batch is the same in every process. */

export const SEGMENT_BYTES = 256 * 1024;

interface Item {
  kind: string;
  n: number;
  text: string;
}

export interface KillBatch {
  input: Item;
  events: Item[];
  note: Item | undefined;
}

/** Of all sizes: none to five events, some with a text that becomes a blob, every 40th larger than a pipe and many pages. */
export function batchOf(n: number): KillBatch {
  if (n === 0) return { input: { kind: 'in', n, text: '' }, events: [], note: undefined };
  const large = n % 40 === 0;
  const events = Array.from({ length: large ? 40 : n % 6 }, (_, i) => ({
    kind: 'out',
    n,
    text: large ? `${n}.${i} `.repeat(500).slice(0, 3000) : 'x'.repeat((n * 37 + i) % 400),
  }));
  if (n % 9 === 0) events.push({ kind: 'long', n, text: `text ${n} `.repeat(700) });
  const note = n % 3 === 0 ? { kind: 'said', n, text: 'δ'.repeat(n % 100) } : undefined;
  return { input: { kind: 'in', n, text: `input ${n}` }, events, note };
}
