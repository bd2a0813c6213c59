/** One object laid over another, field by field. `null` takes a field away. */

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const layOver = (base: unknown, over: unknown): unknown => {
  if (!isObject(over)) return over;
  const merged: Record<string, unknown> = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key];
    else merged[key] = layOver(merged[key], value);
  }
  return merged;
};
