/** What differs between two JSON values, field by field. */

export interface FieldDiff {
  /** `policy.limits.maxTicks`; '' for the values themselves. */
  field: string;
  /** Null where that side has no such field. */
  a: unknown;
  b: unknown;
}

/** More than anyone reads. */
const SHOWN = 12;

/** @returns the first differences, in the order of the fields */
export const fieldDiffs = (a: unknown, b: unknown): FieldDiff[] => {
  const found: FieldDiff[] = [];
  walk(a, b, '', found);
  return found;
};

const walk = (a: unknown, b: unknown, field: string, found: FieldDiff[]): void => {
  if (found.length >= SHOWN || JSON.stringify(a) === JSON.stringify(b)) return;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) {
    found.push({ field, a: a ?? null, b: b ?? null });
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    walk(a[key], b[key], field === '' ? key : `${field}.${key}`, found);
  }
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
