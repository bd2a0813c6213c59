import { type Anchors, checkedAnchor } from './anchor.ts';
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
export async function placeOf(
  target: string,
  paths: readonly string[],
  seq: number,
  anchors: Anchors = () => undefined,
): Promise<ReadPlace> {
  const start = { index: await segmentWith(paths, seq), byte: 0 };
  if (seq <= 1 || paths[0] === target) return start;
  const anchor = await checkedAnchor(target, anchors, seq);
  const index = paths.findIndex((path) => segmentNumber(path) === anchor?.segment);
  return anchor === undefined || index < start.index ? start : { index, byte: anchor.byte };
}
