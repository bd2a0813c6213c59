/** Text measured in UTF-16 units and never cut inside a surrogate pair. */

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The largest cut point ≤ `at` that does not split a surrogate pair. */
export const safeCut = (text: string, at: number): number => {
  if (at <= 0 || at >= text.length) return Math.max(0, Math.min(at, text.length));
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at;
};

/** The first at most `max` units of `text`. */
export const clip = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, safeCut(text, max));

/** The last at most `max` units of `text`. */
export const clipStart = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const at = text.length - Math.max(0, max);
  return text.slice(safeCut(text, at) < at ? at + 1 : at);
};

/** Where the page that starts at `start` ends: at the last line break in its second half, else at a safe cut. */
const pageEnd = (text: string, start: number, size: number): number => {
  if (text.length - start <= size) return text.length;
  const newline = text.lastIndexOf('\n', start + size - 1);
  if (newline >= start + (size >> 1)) return newline + 1;
  const cut = safeCut(text, start + size);
  return cut > start ? cut : start + 1;
};

/**
 * One page of a text, counted from 1, and how many there are. Pages join back to the whole text.
 * @param size page size in UTF-16 units, at least 2
 * @returns `text` is empty when there is no such page
 */
export const page = (text: string, n: number, size: number): { text: string; pages: number } => {
  let count = 0;
  let found = '';
  for (let start = 0; start < text.length || count === 0; ) {
    const end = pageEnd(text, start, size);
    count += 1;
    if (count === n) found = text.slice(start, end);
    if (end <= start) break;
    start = end;
  }
  return { text: found, pages: count };
};
