/** `bundle.json`: what a bundle says of itself, so that it can be checked where nothing else of its run is known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Outcome } from '../../kernel/records/index.ts';

export const BUNDLE_FILE = 'bundle.json';

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

export const Bundle = z.strictObject({
  v: z.literal(1),
  /** Of the run. */
  run: z.string().regex(/^[0-9a-f]{8}$/),
  task: z.string(),
  /** The journal's last record. */
  tip: z.strictObject({ seq: z.int().min(1), hash: Digest }),
  /** How the run ended; null where its journal does not say. */
  ended: z.strictObject({ outcome: Outcome, reason: z.string(), ticks: z.int().min(0) }).nullable(),
  /** Of the world as the run left it; `workspace/` is that world. */
  worldHash: Digest,
  /** SHA-256 of every file, by its path; of a symbolic link that of what it points to, as text. */
  files: z.record(z.string(), Digest),
});
export type Bundle = z.infer<typeof Bundle>;

/** @returns undefined where the directory is no bundle; null where it is one whose `bundle.json` cannot be read */
export const readBundle = (dir: string): Bundle | undefined | null => {
  try {
    return Bundle.safeParse(JSON.parse(readFileSync(join(dir, BUNDLE_FILE), 'utf8'))).data ?? null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : null;
  }
};
