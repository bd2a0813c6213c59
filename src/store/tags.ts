/** An operator's marks on ticks: kept beside the journal, one a tick. */

export interface Tag {
  tick: number;
  /** The record that the view was at. */
  seq: number;
  text: string;
  /** Without their `#`. */
  labels: readonly string[];
  by: 'operator';
  /** ISO 8601, UTC. */
  at: string;
}

/** Where tags are written to; whoever wires hands it in. */
export interface TagBook {
  read(): readonly Tag[];
  /** Writes a tag instead of the one that its tick had; without text and labels the tick has none any more. Throws a sentence. */
  write(tag: Tag): void;
}

const LABEL = /^#[\p{L}\p{N}][\p{L}\p{N}_.:-]*$/u;

/** `drops the hex #handle` as text and labels: words that begin with `#`. */
export const parseTag = (typed: string): Pick<Tag, 'text' | 'labels'> => {
  const words = typed.split(/\s+/).filter((word) => word !== '');
  const labels = words.filter((word) => LABEL.test(word)).map((word) => word.slice(1));
  return { text: words.filter((word) => !LABEL.test(word)).join(' '), labels: [...new Set(labels)] };
};

/** As it was typed, to be edited. */
export const tagText = ({ text, labels }: Pick<Tag, 'text' | 'labels'>): string =>
  [text, ...labels.map((label) => `#${label}`)].filter((part) => part !== '').join(' ');

export const isEmptyTag = ({ text, labels }: Pick<Tag, 'text' | 'labels'>): boolean =>
  text === '' && labels.length === 0;

/** The tags that hold after all were written, by tick: of one tick the newest counts. */
export const currentTags = (written: readonly Tag[]): readonly Tag[] =>
  [...new Map(written.map((tag) => [tag.tick, tag])).values()]
    .filter((tag) => !isEmptyTag(tag))
    .sort((a, b) => a.tick - b.tick);

/** `#handle t79  #sft-candidate t79 t140  t12`: labels with their ticks, then the ticks without one. */
export const tagSummary = (tags: readonly Tag[]): string => {
  const ticks = new Map<string, number[]>();
  for (const tag of tags) {
    for (const label of tag.labels.length === 0 ? [''] : tag.labels) {
      ticks.set(label, [...(ticks.get(label) ?? []), tag.tick]);
    }
  }
  return [...ticks]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
    .map(([label, at]) => [label === '' ? [] : `#${label}`, at.map((tick) => `t${tick}`)].flat().join(' '))
    .join('  ');
};
