/**
 * Which brains were swapped in, as a run's journal tells. It is searched, not folded: lists need no more, and a resume folds it
 * anyway, later. So that not every journal is searched for what few runs have, a file beside it says that there may be swaps;
 * it is made before the first one is ordered.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobStore, mayHoldRefs, parseLine, readLineBatches } from '../journal/index.ts';
import type { EventOf, Role, State, SwappedBrain } from '../kernel/index.ts';
import { EXIT } from './exit-codes.ts';
import { UserError } from './user-error.ts';

export type Swap = EventOf<'brain.swapped'>;

const mark = (dir: string): string => join(dir, 'swapped');

export const mayBeSwapped = (dir: string): boolean => existsSync(mark(dir));

/** @throws UserError where nothing can be written: then nothing may be swapped, since no list would tell */
export const markSwapped = (dir: string): void => {
  if (mayBeSwapped(dir)) return;
  try {
    writeFileSync(mark(dir), '', { mode: 0o600 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(`nothing can be written to ${dir} (${reason}): make room there, then swap`, EXIT.unavailable);
  }
};

/** Reads the swaps of one run, on from where it was left. */
export class SwapReader {
  readonly #dir: string;
  readonly #swaps: Swap[] = [];
  #seq = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** All swaps, the first one first; as far as the journal can be read. Who resumes or verifies the run says what is wrong there. */
  async read(): Promise<readonly Swap[]> {
    const blobs = new BlobStore(this.#dir);
    try {
      for await (const lines of readLineBatches(this.#dir, { fromSeq: this.#seq + 1 })) {
        for (const { text, seq } of lines) {
          // Two may read at once.
          if (seq <= this.#seq) continue;
          this.#seq = seq;
          if (!text.includes('"kind":"brain.swapped"')) continue;
          const parsed = parseLine(text);
          if (!parsed.ok || parsed.record.kind !== 'brain.swapped') continue;
          const record = mayHoldRefs(text) ? blobs.hydrate(parsed.record).record : parsed.record;
          this.#swaps.push(record as unknown as Swap);
        }
      }
    } catch {
      return this.#swaps;
    }
    return this.#swaps;
  }
}

/** What the kernel's state holds after them. */
export const brainsAfter = (swaps: readonly Swap[]): State['brains'] => {
  if (swaps.length === 0) return undefined;
  const brains: Partial<Record<Role, SwappedBrain>> = {};
  for (const { role, profile, brain, seat } of swaps) brains[role] = { ...brain, profile, seat };
  return brains;
};

/** Which profiles the seats are of: `demo`, `demo, worker of sim`, `planner of tiny, worker of sim`. */
export const profileText = (profile: string, brains: State['brains']): string => {
  const { planner = profile, worker = profile } = {
    planner: brains?.planner?.profile,
    worker: brains?.worker?.profile,
  };
  if (planner === worker) return planner;
  if (planner === profile) return `${profile}, worker of ${worker}`;
  return worker === profile ? `${profile}, planner of ${planner}` : `planner of ${planner}, worker of ${worker}`;
};
