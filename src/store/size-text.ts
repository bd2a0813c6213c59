/** Bytes and counts as people read them. */

/** `3.1 GB`, `640 kB`. */
export const sizeText = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
};

/** `1 tick`, `12 ticks`. */
export const countText = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
