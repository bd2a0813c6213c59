/** The list with one more item, and no more than the `max` newest. */
export const pushRing = <T>(items: readonly T[], item: T, max: number): readonly T[] =>
  items.length < max ? [...items, item] : [...items.slice(items.length - max + 1), item];

/** The record with one more key; the oldest keys go when there are more than `max`. */
export const putBounded = <T>(map: Readonly<Record<string, T>>, key: string, value: T, max: number) => {
  const next: Record<string, T> = { ...map, [key]: value };
  const keys = Object.keys(next);
  for (let i = 0; i < keys.length - max; i += 1) delete next[keys[i] as string];
  return next as Readonly<Record<string, T>>;
};

/** The record without a key; the same object when it is not there. */
export const drop = <T>(map: Readonly<Record<string, T>>, key: string | number): Readonly<Record<string, T>> => {
  if (!(key in map)) return map;
  const { [key]: _, ...rest } = map;
  return rest;
};
