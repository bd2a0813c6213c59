/** Which entries are meant by what has been typed, the likeliest first. Pure. */
import type { Entry } from './entries.ts';

/** Dashes and blanks are one: `next-trap` is `next trap`. */
const plain = (text: string): string => text.toLowerCase().replaceAll('-', ' ');

/** How far the letters are apart that were typed, in order; undefined where they are not all there. */
const spread = (name: string, typed: string): number | undefined => {
  let at = -1;
  let gaps = 0;
  for (const char of typed.replaceAll(' ', '')) {
    const next = name.indexOf(char, at + 1);
    if (next === -1) return undefined;
    gaps += next - at - 1;
    at = next;
  }
  return gaps;
};

/** The lower, the likelier; undefined where it is not meant at all. */
export const score = ({ name, about }: Pick<Entry, 'name' | 'about'>, typed: string): number | undefined => {
  const wanted = plain(typed.trim());
  const full = plain(name);
  if (wanted === '') return 0;
  if (full === wanted) return 0;
  if (full.startsWith(wanted)) return 1;
  if (full.split(' ').some((word) => word.startsWith(wanted))) return 2;
  // The beginnings of words: `j s` or `js` for `journal stat`.
  const initials = full.split(' ').map((word) => word[0] ?? '');
  if (initials.length > 1 && initials.join('') === wanted.replaceAll(' ', '')) return 3;
  if (full.includes(wanted)) return 4;
  const gaps = spread(full, wanted);
  if (gaps !== undefined) return 5 + gaps;
  return wanted.length > 2 && about.toLowerCase().includes(wanted) ? 100 : undefined;
};

/** All that are meant; of equally likely ones in the order in which they were given. */
export const matching = <E extends Pick<Entry, 'name' | 'about'>>(entries: readonly E[], typed: string): E[] =>
  entries
    .flatMap((entry) => {
      const points = score(entry, typed);
      return points === undefined ? [] : [{ entry, points }];
    })
    .sort((a, b) => a.points - b.points)
    .map(({ entry }) => entry);

/** Words as a shell would take them: blanks part them, quotes keep them together. @returns a sentence where a quote is open */
export const wordsOf = (text: string): string[] | string => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') return `A ${quote} is not closed.`;
  return word === undefined ? words : [...words, word];
};
