/** Ways through a run: from a place to another one, or to a sentence that says why there is none. */
import type { Rec } from './record.ts';
import { MARK_KINDS, type MarkKind, type TimeSource } from './time-source.ts';

/** Where a motion leads. `tick` is null where only the state there can tell. */
export interface Spot {
  seq: number;
  tick: number | null;
}

/** `find` gets a place whose tick is known. */
export interface Motion {
  find(source: TimeSource, from: { seq: number; tick: number }): Promise<Spot | string>;
}

const BEGINNING = 'This is the beginning.';
/** @throws where the journal is broken behind its last sound record: that is no end */
const endText = async (source: TimeSource, last: number): Promise<string> => {
  await source.records(last + 1, last + 1);
  return source.growing ? 'Nothing has come after this yet.' : 'This is the end.';
};

/** The last record of a tick: what it led to is there, the next dispatch is not. */
export const endOfTick = async (source: TimeSource, tick: number): Promise<Spot> => {
  const next = await source.seqOfTick(tick + 1);
  return { seq: next === undefined ? (await source.extent()).last.seq : next - 1, tick };
};

export const byTick = (direction: 1 | -1): Motion => ({
  find: async (source, { seq, tick }) => {
    const { first, last } = await source.extent();
    const to = tick + direction;
    if (direction === -1) {
      if (seq <= first.seq) return BEGINNING;
      return to < 1 ? { seq: first.seq, tick: null } : await endOfTick(source, to);
    }
    if (seq >= last.seq) return await endText(source, last.seq);
    return (await source.seqOfTick(to)) === undefined
      ? { seq: last.seq, tick: last.tick }
      : await endOfTick(source, to);
  },
});

const NAMES: Record<MarkKind, string> = {
  trap: 'trap',
  fault: 'fault',
  commit: 'progress',
  operator: 'order of yours',
  thrash: 'thrash episode',
  panic: 'panic reset',
  map: 'joined map',
  end: 'end',
};

/** `trap`, `trap or fault`, `mark`. */
const kindsText = (kinds: readonly MarkKind[]): string =>
  kinds.length > 3 ? 'mark' : kinds.map((kind) => NAMES[kind]).join(' or ');

/** Marks that a test looks at before it gives up. */
const LOOKED_AT = 1000;

/** @param fits whether the marked record is one of those that are looked for; without it each of its kind is */
export const byMark = (direction: 1 | -1, kinds: readonly MarkKind[], fits?: (rec: Rec) => boolean): Motion => ({
  find: async (source, from) => {
    let { seq } = from;
    for (let i = 0; i < LOOKED_AT; i += 1) {
      const mark = await source.markFrom(seq, direction, kinds);
      if (mark === undefined) break;
      const [rec] = fits === undefined ? [] : await source.records(mark.seq, mark.seq);
      if (fits === undefined || (rec !== undefined && fits(rec))) return { seq: mark.seq, tick: mark.tick };
      seq = mark.seq;
    }
    const which = fits === undefined ? '' : ' that the filter lets through';
    return `No ${kindsText(kinds)}${which} ${direction === 1 ? 'after' : 'before'} this.`;
  },
});

/** The newest mark at or before a place. */
export const newestMark = (kinds: readonly MarkKind[], fits?: (rec: Rec) => boolean): Motion => ({
  find: (source, { seq, tick }) => byMark(-1, kinds, fits).find(source, { seq: seq + 1, tick }),
});

/** Kinds whose names begin with the words: `trap fault`; all for none. @returns a sentence where a word is none */
export const parseKinds = (text: string): readonly MarkKind[] | string => {
  const words = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const unknown = words.find((word) => !MARK_KINDS.some((kind) => kind.startsWith(word)));
  if (unknown !== undefined) return `"${unknown}" is no kind of mark: there are ${MARK_KINDS.join(', ')}.`;
  return words.length === 0 ? MARK_KINDS : MARK_KINDS.filter((kind) => words.some((word) => kind.startsWith(word)));
};

export const toSeq = (seq: number): Motion => ({ find: async () => ({ seq, tick: null }) });

export const toStart: Motion = {
  find: async (source) => ({ seq: (await source.extent()).first.seq, tick: null }),
};

export const toEnd: Motion = {
  find: async (source) => {
    const { last } = await source.extent();
    return { seq: last.seq, tick: last.tick };
  },
};
