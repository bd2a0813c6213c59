/** A `TimeSource` over records that are all in memory: journals of other formats, and tests. */
import { emptyLive, foldLive, type LiveState } from '../store/live-state.ts';
import { markedPid, marksOf } from '../store/marks.ts';
import type { Rec } from '../store/record.ts';
import type { Mark, MarkKind, Place, TimeSource } from '../store/time-source.ts';

/** Records between two kept states: what a seek folds at most. */
const STRIDE = 256;
const NOWHERE: Place = { seq: 0, tick: 0, ms: 0 };

/** @param records in order, their seqs rising by one */
export const recordsSource = (of: { format: string; name: string; records: readonly Rec[] }): TimeSource => {
  const { format, name, records } = of;
  const first = records[0]?.seq ?? 1;
  const kept: LiveState[] = [];
  const places: Place[] = [];
  const marks: Mark[] = [];
  const ticks = new Map<number, number>();
  let live = emptyLive;
  let tick = 0;
  for (const [i, rec] of records.entries()) {
    if (i % STRIDE === 0) kept.push(live);
    live = foldLive(live, rec);
    if (rec.kind === 'route.dispatched') {
      tick = rec.tick;
      if (!ticks.has(tick)) ticks.set(tick, rec.seq);
    }
    const place = { seq: rec.seq, tick, ms: Date.parse(rec.ts) };
    places.push(place);
    for (const kind of marksOf(rec)) marks.push({ ...place, kind, pid: markedPid(rec) });
  }
  const clamp = (seq: number): number => Math.min(Math.max(seq, first - 1), first - 1 + records.length);
  return {
    format,
    name,
    growing: false,
    extent: async () => ({ first: places[0] ?? NOWHERE, last: places.at(-1) ?? NOWHERE }),
    stateAt: async (seq) => {
      const end = clamp(seq) - first + 1;
      const at = Math.min(Math.floor(end / STRIDE), kept.length - 1);
      return records.slice(at * STRIDE, end).reduce(foldLive, kept[at] ?? emptyLive);
    },
    records: async (from, to) => records.slice(Math.max(0, from - first), Math.max(0, clamp(to) - first + 1)),
    seqOfTick: async (wanted) => ticks.get(wanted),
    seqOfTime: async (ms) => places.findLast((place) => place.ms <= ms)?.seq ?? places[0]?.seq ?? 0,
    markFrom: async (seq, direction, kinds: readonly MarkKind[]) => {
      const fits = (mark: Mark): boolean => kinds.includes(mark.kind);
      return direction === 1
        ? marks.find((mark) => mark.seq > seq && fits(mark))
        : marks.findLast((mark) => mark.seq < seq && fits(mark));
    },
    close: async () => {},
  };
};
