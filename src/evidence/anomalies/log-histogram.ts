/** Whole numbers, counted in buckets of about 1 %: any number of them in a few kilobytes. Exact below 128. */
const BITS = 7;
const HALF = 2 ** BITS;

const bucketOf = (value: number): number => {
  if (value < HALF) return value;
  const shift = Math.floor(Math.log2(value)) - BITS + 1;
  return shift * (HALF / 2) + Math.floor(value / 2 ** shift);
};

/** The smallest value of a bucket. */
const lowest = (bucket: number): number => {
  if (bucket < HALF) return bucket;
  const shift = Math.floor(bucket / (HALF / 2)) - 1;
  return (bucket - shift * (HALF / 2)) * 2 ** shift;
};

export class LogHistogram {
  readonly #buckets = new Map<number, number>();
  count = 0;

  /** @param value 0 or more */
  add(value: number): void {
    const bucket = bucketOf(value);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.count += 1;
  }

  /** The middle one, or the lower of two; at most 2 % too small. 0 where there is none. */
  median(): number {
    let below = 0;
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      below += count;
      if (below * 2 >= this.count) return lowest(bucket);
    }
    return 0;
  }
}
