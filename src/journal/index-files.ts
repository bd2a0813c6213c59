/**
 * Where a run's index is, and the one file of it that the journal itself reads. The index says where something stands in the
 * journal, and nothing that the journal does not say: delete it, and it is made anew (src/replay/index-tables.ts has the rest).
 */
import { join } from 'node:path';
import type { Anchor, Anchors } from './anchor.ts';
import { IndexDamaged, Layout } from './index-layout.ts';
import { withRows } from './index-table.ts';

/** Records between two anchors. */
export const ANCHOR_EVERY = 1000;

export const indexDir = (runDir: string): string => join(runDir, 'index');

/** Widths of what every line about a record begins with, and of where the record stands. */
export const PLACE_COLUMNS = { seq: 12, tick: 10, ms: 14 } as const;
export const ANCHOR_COLUMNS = { segment: 8, byte: 12, hash: 64 } as const;

/** `leastMs` is the earliest time among the records after the anchor before, up to this one: clocks go back now and then. */
export const ANCHORS = new Layout({ ...PLACE_COLUMNS, leastMs: 14, ...ANCHOR_COLUMNS });

/**
 * The anchors that a run's index has, found by binary search in the file. None of them is checked against the journal, which
 * may be another one by now: that is for `checkedAnchor`. Without an index, or with a damaged one, there is none.
 */
export const anchorsOf =
  (runDir: string, dir = indexDir(runDir)): Anchors =>
  (seq) => {
    try {
      return withRows(join(dir, 'anchors'), ANCHORS, (rows): Anchor | undefined => {
        const at = rows.lastUpTo('seq', seq);
        if (at === -1) return undefined;
        const { segment, byte, hash, seq: found } = rows.at(at);
        return { seq: found, hash, segment, byte };
      });
    } catch (error) {
      // Also one that cannot be opened at all: an index is only a hint.
      if (error instanceof IndexDamaged || 'code' in (error as object)) return undefined;
      throw error;
    }
  };
