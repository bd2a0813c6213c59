/** Where a run comes from: a fork goes on from a record of another run, which may be a fork itself. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { journalDir } from '../journal/index.ts';
import type { InputOf } from '../kernel/index.ts';
import { type RunBatch, runBatches } from './batches.ts';

export type Begun = InputOf<'run.started'> | InputOf<'run.forked'>;

/** A stretch of one run's journal that belongs to a run's history. */
export interface Stretch {
  run: string;
  dir: string;
  first: RunBatch;
  /** The last seq that belongs to it. */
  to: number;
}

/** The stretches of a run's history, oldest first; an origin that is gone leaves the ones before it out. */
export const lineage = async (run: string, dir: string): Promise<Stretch[]> => {
  const found: Stretch[] = [];
  let next: { run: string; dir: string; to: number } | undefined = { run, dir, to: Number.POSITIVE_INFINITY };
  while (next !== undefined && existsSync(journalDir(next.dir))) {
    const first = await firstBatch(next.dir);
    if (first === undefined) break;
    found.unshift({ ...next, first });
    next = originOf(first, next.dir);
  }
  return found;
};

const originOf = ({ input }: RunBatch, dir: string) =>
  input.kind === 'run.forked'
    ? { run: input.origin.run, dir: join(dirname(dir), input.origin.run), to: input.origin.seq }
    : undefined;

const firstBatch = async (dir: string): Promise<RunBatch | undefined> => {
  for await (const batch of runBatches(dir)) return batch;
  return undefined;
};

export const begunOf = ({ input }: RunBatch): Begun | undefined =>
  input.kind === 'run.started' || input.kind === 'run.forked' ? input : undefined;

/**
 * How far two histories are one and the same: as many stretches, and of the next one the records up to `to`. Null where they
 * have nothing in common.
 */
export const common = (
  a: readonly Stretch[],
  b: readonly Stretch[],
): { index: number; run: string; to: number } | null => {
  let shared: { index: number; run: string; to: number } | null = null;
  for (let index = 0; ; index += 1) {
    const [x, y] = [a[index], b[index]];
    if (x === undefined || y === undefined || x.run !== y.run) return shared ?? siblings(a[0], b[0]);
    shared = { index, run: x.run, to: Math.min(x.to, y.to) };
    if (x.to !== y.to) return shared;
  }
};

/** Two forks from one record of an origin that is gone. */
const siblings = (
  a: Stretch | undefined,
  b: Stretch | undefined,
): { index: number; run: string; to: number } | null => {
  const [x, y] = [a?.first.input, b?.first.input];
  if (x?.kind !== 'run.forked' || y?.kind !== 'run.forked' || x.origin.head !== y.origin.head) return null;
  return { index: -1, run: x.origin.run, to: x.origin.seq };
};

/** The batches of a history after what it has in common with another. How a fork begins is no part of them. */
export async function* since(
  stretches: readonly Stretch[],
  shared: ReturnType<typeof common>,
): AsyncGenerator<RunBatch, void, undefined> {
  for (const [index, { dir, to, first }] of stretches.entries()) {
    if (shared !== null && index < shared.index) continue;
    const from = shared?.index === index ? shared.to : first.input.kind === 'run.forked' ? first.end.seq : 0;
    if (from >= to) continue;
    for await (const batch of runBatches(dir, { fromSeq: from + 1 })) {
      if (batch.end.seq > to) break;
      yield batch;
    }
  }
}
