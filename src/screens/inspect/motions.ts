/** From a tick to the one that the next mark belongs to. */
import type { MarkKind, TimeSource } from '../../store/time-source.ts';

/** A tick that was jumped to, with the mark's record: the next jump goes on from there. */
export interface Anchor {
  tick: number;
  seq: number;
}

/** Marks on one tick that are passed over at most. */
const MAX_MARKS = 64;

/**
 * Ticks of several workers overlap, so the newest tick at a mark need not be its own: a trap's record says whose it is.
 * @param from the tick looked from, and the record; marks that belong to that tick are passed over
 */
export const markedTick = async (
  source: TimeSource,
  from: Anchor,
  direction: 1 | -1,
  kinds: readonly MarkKind[],
): Promise<Anchor | undefined> => {
  let { seq } = from;
  for (let i = 0; i < MAX_MARKS; i += 1) {
    const mark = await source.markFrom(seq, direction, kinds);
    if (mark === undefined) return undefined;
    const [rec] = await source.records(mark.seq, mark.seq);
    const tick = rec !== undefined && 'tick' in rec && rec.tick > 0 ? rec.tick : mark.tick;
    if (tick > 0 && tick !== from.tick) return { tick, seq: mark.seq };
    seq = mark.seq;
  }
  return undefined;
};
