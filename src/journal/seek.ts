import { join } from 'node:path';
import { type Anchor, type Anchors, checkedAnchor } from './anchor.ts';
import { ANCHORS, anchorsOf, indexDir } from './index-files.ts';
import { withRows } from './index-table.ts';
import { segmentNumber, segmentWith } from './segments.ts';

/** Where reading is to start: an index into the segments' paths, and a byte in that segment at which a line begins. */
export interface ReadPlace {
  index: number;
  byte: number;
}

/**
 * Where to look for `seq`: at the nearest record before it that the run's index knows, else at the start of its segment.
 *
 * @param target a run's directory, or one segment file; `paths` are its segments
 */
export async function placeOf(target: string, paths: readonly string[], seq: number): Promise<ReadPlace> {
  if (seq <= 1 || paths[0] === target) return { index: 0, byte: 0 };
  const anchor = await checkedAnchor(target, anchorsOf(target), seq);
  const start = { index: await segmentWith(paths, seq), byte: 0 };
  const index = paths.findIndex((path) => segmentNumber(path) === anchor?.segment);
  return anchor === undefined || index < start.index ? start : { index, byte: anchor.byte };
}

/** Seq of a record before the one that dispatches a tick, as near to it as the run's index knows; 1 where it knows none. */
export async function seqBeforeTick(runDir: string, tick: number): Promise<number> {
  const anchor = anchorBeforeTick(join(indexDir(runDir), 'anchors'), tick);
  if (anchor === undefined) return 1;
  const anchors: Anchors = (seq) => (seq >= anchor.seq ? anchor : undefined);
  return (await checkedAnchor(runDir, anchors, anchor.seq))?.seq ?? 1;
}

function anchorBeforeTick(path: string, tick: number): Anchor | undefined {
  try {
    return withRows(path, ANCHORS, (rows) => {
      const at = rows.lastUpTo('tick', tick - 1);
      return at === -1 ? undefined : rows.at(at);
    });
  } catch {
    // Damaged or not to be read: an index is only a hint.
    return undefined;
  }
}
