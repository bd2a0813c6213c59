import type { BlobProblem } from './errors.ts';

/** String leaves of a payload that are longer than this many UTF-16 units become blobs. */
export const INLINE_LIMIT = 4096;

/** What stands in a record for a long string: the SHA-256 of its UTF-8, and its length in UTF-16 units. */
export interface BlobRef {
  blob: string;
  chars: number;
}

/**
 * Whether a record's line can hold a reference at all. A quick look at the text spares most records the walk: inside a JSON
 * string the quotes would be escaped.
 */
export function mayHoldRefs(line: string): boolean {
  return line.includes('"blob":"');
}

export function isBlobRef(value: unknown): value is BlobRef {
  if (typeof value !== 'object' || value === null) return false;
  const { blob, chars } = value as Partial<BlobRef>;
  return (
    typeof blob === 'string' &&
    /^[0-9a-f]{64}$/.test(blob) &&
    typeof chars === 'number' &&
    Object.keys(value).length === 2
  );
}

/**
 * The value with every long string replaced by a reference; `put` stores the text and answers its digest. Text with a
 * lone surrogate has no UTF-8 form that reads back the same, so it stays in the record, where JSON can escape it.
 */
export function dehydrate<T>(value: T, put: (text: string) => string): T {
  return mapStrings(value, (text) =>
    text.length > INLINE_LIMIT && text.isWellFormed() ? { blob: put(text), chars: text.length } : text,
  ) as T;
}

/**
 * The value with every reference replaced by its text. What `get` cannot give is left as a reference and listed.
 */
export function rehydrate<T>(
  value: T,
  get: (sha256: string) => string | BlobProblem,
): { value: T; missing: BlobProblem[] } {
  const missing: BlobProblem[] = [];
  const fill = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (isBlobRef(node)) {
      const text = get(node.blob);
      if (typeof text === 'string') return text;
      missing.push(text);
      return node;
    }
    return mapChildren(node, fill);
  };
  return { value: fill(value) as T, missing };
}

function mapStrings(node: unknown, change: (text: string) => unknown): unknown {
  if (typeof node === 'string') return change(node);
  if (typeof node !== 'object' || node === null) return node;
  return mapChildren(node, (child) => mapStrings(child, change));
}

/** A copy only where a child changed: most objects have nothing to replace. */
function mapChildren(node: object, map: (child: unknown) => unknown): object {
  if (Array.isArray(node)) {
    const mapped = node.map(map);
    return mapped.some((child, index) => child !== node[index]) ? mapped : node;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, child] of Object.entries(node)) {
    const mapped = map(child);
    if (mapped === child) continue;
    copy ??= { ...node } as Record<string, unknown>;
    Object.defineProperty(copy, key, { value: mapped, enumerable: true, writable: true, configurable: true });
  }
  return copy ?? node;
}
