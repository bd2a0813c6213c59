/** Paths of a world: relative, `/`-separated, no empty, `.` or `..` segment; a directory target ends in `/`. */

/** Says what is wrong with a target as a clause, or undefined. `''` and `./` name the world's root. */
export const pathProblem = (target: string): string | undefined => {
  if (isRoot(target)) return undefined;
  if (target.startsWith('/')) return 'a path must be relative';
  if (/[\0-\x1f\x7f]/.test(target)) return 'a path must not hold control characters';
  const bare = target.endsWith('/') ? target.slice(0, -1) : target;
  for (const segment of bare.split('/')) {
    if (segment === '' || segment === '.' || segment === '..') return `a path must not hold the segment "${segment}"`;
  }
  return undefined;
};

export const isRoot = (target: string): boolean => target === '' || target === '.' || target === './';

/** `rows/` and `rows` both give `rows/`; the root gives ''. */
export const asDir = (target: string): string => (isRoot(target) ? '' : target.endsWith('/') ? target : `${target}/`);

/** `a/b/c` → `a`, `a/b`. */
export const parents = (path: string): string[] => {
  const found: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at));
  return found;
};

/** Order by code unit, the same on every machine. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Index of the first item that is not before `key`. */
export const lowerBound = (sorted: readonly string[], key: string): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};
