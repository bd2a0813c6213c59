/** When the list of runs was last left, so that the next one can say what came since. Kept beside the runs; worth nothing more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const pathOf = (home: string): string => join(home, 'runs-seen');

/** ISO 8601; null where nobody has looked yet, or it cannot be told. */
export const lastLook = (home: string): string | null => {
  try {
    return z.iso.datetime().safeParse(readFileSync(pathOf(home), 'utf8').trim()).data ?? null;
  } catch {
    return null;
  }
};

/** A home that is not there yet, or cannot be written to, is left as it is. */
export const rememberLook = (home: string): void => {
  try {
    writeFileSync(pathOf(home), `${new Date().toISOString()}\n`, { mode: 0o600 });
  } catch {}
};
