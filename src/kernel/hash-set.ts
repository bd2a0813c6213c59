/**
 * A persistent set of hex digests: adding shares all but one branch, so that a state can be kept while its successor differs
 * by one member. Plain arrays, hence JSON. Members are known by their first 16 digits.
 */
type Leaf = readonly string[];
type Branch = readonly (Leaf | null)[];
export type HashSet = readonly (Branch | null)[];

const EMPTY: readonly null[] = Array.from({ length: 16 }, () => null);
export const emptyHashSet: HashSet = EMPTY;

const DIGITS = 16;
const nibble = (hash: string, at: number): number => Number.parseInt(hash.charAt(at), 16);

export const hashSetIsEmpty = (set: HashSet): boolean => set.every((branch) => branch === null);

export const hashSetHas = (set: HashSet, hash: string): boolean =>
  set[nibble(hash, 0)]?.[nibble(hash, 1)]?.includes(hash.slice(0, DIGITS)) ?? false;

/** Joined of two: a slice of so many digits would hold on to all of the hash that it was cut out of, at three times the memory. */
const member = (hash: string): string => [hash.slice(0, DIGITS / 2), hash.slice(DIGITS / 2, DIGITS)].join('');

/** @returns the same set where the member is in it already */
export const hashSetAdd = (set: HashSet, hash: string): HashSet => {
  if (hashSetHas(set, hash)) return set;
  const [i, j] = [nibble(hash, 0), nibble(hash, 1)];
  const branch = (set[i] ?? EMPTY).slice();
  branch[j] = [...(branch[j] ?? []), member(hash)];
  const next = set.slice();
  next[i] = branch;
  return next;
};
