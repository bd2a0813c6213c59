/** Which of the known names a misspelt one means. */

/** Edits that turn one text into the other; a swap of two neighbours is one. */
const edits = (a: string, b: string): number => {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const plain = Math.min((row[j - 1] ?? 0) + same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      next.push(swapped ? Math.min(plain, (before[j - 2] ?? 0) + 1) : plain);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
};

/** @returns undefined where none is near enough to be meant */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  const asked = name.slice(0, 60).toLowerCase();
  const near = known
    .map((other) => ({ other, far: edits(asked, other.toLowerCase()) }))
    .filter(({ other, far }) => far <= Math.max(1, Math.floor(Math.max(asked.length, other.length) * 0.4)))
    .sort((a, b) => a.far - b.far);
  return near[0]?.other;
};

/** `; did you mean X?`, or nothing. */
export const didYouMean = (name: string, known: readonly string[]): string => {
  const other = nearest(name, known);
  return other === undefined ? '' : `; did you mean ${other}?`;
};
