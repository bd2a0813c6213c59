/** How large the frames of a run were, tick by tick, from its journal alone. Sizes are UTF-16 units. */
import type { JournalRecord } from '../journal/index.ts';
import { quantile } from './quantile.ts';

export interface FrameSize {
  tick: number;
  pid: number;
  size: number;
  limit: number;
  /** Units that did not fit. */
  clipped: number;
}

export interface ContextProfile {
  frames: FrameSize[];
  p50: number;
  p95: number;
  max: number;
}

/** Frames in the order in which they were composed. */
export const contextProfile = (records: Iterable<JournalRecord>): ContextProfile => {
  const frames: FrameSize[] = [];
  for (const record of records) {
    if (record.kind !== 'frame.composed') continue;
    const clipped = record.clipped as { chars: number }[];
    frames.push({
      tick: record.tick as number,
      pid: record.pid as number,
      size: record.size as number,
      limit: record.limit as number,
      clipped: clipped.reduce((total, { chars }) => total + chars, 0),
    });
  }
  const sizes = frames.map(({ size }) => size);
  return { frames, p50: quantile(sizes, 0.5), p95: quantile(sizes, 0.95), max: quantile(sizes, 1) };
};
