/**
 * What is typed after `/`: words, each a regular expression whatever the case, all of which must be in a row; one that begins
 * with `!` must not. The engine's time grows with the text alone, so that no pattern, however mean, can freeze the screen.
 */
import { RE2JS, RE2JSException } from 're2js';

export interface Filter {
  /** As it was typed. */
  text: string;
  /** What is wrong with it, in a few words with the way out; '' where nothing is. A wrong filter lets every row through. */
  problem: string;
  /** Whether a row is let through. */
  test(row: string): boolean;
  /** Where the wanted words stand in a text: start and end of each place, in order, none within another. */
  places(text: string): readonly (readonly [number, number])[];
}

/** Units of a row that are looked at, and of a pattern. A reply may be one line of 64 KiB. */
const ROW_UNITS = 65_536;
const PATTERN_UNITS = 200;
/** Instructions of a compiled pattern: more come of nested counts only. */
const PROGRAM = 300;
/** Answers that are remembered: rows are asked for again with every frame. */
const REMEMBERED = 2000;

interface Word {
  inverse: boolean;
  /** Undefined for a plain text. */
  pattern: RE2JS | undefined;
  /** In lower case. */
  plain: string;
}

const META = /[\\^$.|?*+()[\]{}]/;

const WORDS: Readonly<Record<string, string>> = {
  'missing closing )': 'a ( is not closed',
  'unexpected )': 'a ) has no (',
  'missing closing ]': 'a [ is not closed',
  'missing argument to repetition operator': 'there is nothing to repeat',
  'invalid nested repetition operator': 'a repetition is repeated',
  'invalid repeat count': 'it repeats too often',
  'invalid character class range': 'a range runs backwards',
  'trailing backslash at end of expression': 'a \\ stands at its end',
  'invalid or unsupported Perl syntax': 'there is no looking around',
  'invalid escape sequence': 'there is no such escape',
};

/** @returns the word, or what is wrong with it */
const wordOf = (typed: string): Word | string => {
  const inverse = typed.startsWith('!');
  const source = inverse ? typed.slice(1) : typed;
  const plain = source.toLowerCase();
  if (source.length > PATTERN_UNITS) return `it is longer than ${PATTERN_UNITS} characters`;
  if (!META.test(source)) return { inverse, plain, pattern: undefined };
  try {
    const pattern = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
    return pattern.programSize() > PROGRAM ? 'it repeats too often' : { inverse, plain, pattern };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const { error: why = error.message } = error as { error?: string };
    return WORDS[why] ?? why;
  }
};

const isIn = (row: string, { pattern, plain }: Word): boolean =>
  pattern === undefined ? row.toLowerCase().includes(plain) : pattern.matcher(row).find();

const make = (text: string, parts: readonly string[]): Filter => {
  const words: Word[] = [];
  let problem = '';
  for (const typed of parts) {
    if (typed === '' || typed === '!') continue;
    const word = wordOf(typed);
    if (typeof word === 'string') problem ||= `${typed} is no pattern: ${word}; \\ makes a sign plain`;
    else words.push(word);
  }
  const known = new Map<string, boolean>();
  const test = (whole: string): boolean => {
    if (problem !== '' || words.length === 0) return true;
    const row = whole.slice(0, ROW_UNITS);
    const before = known.get(row);
    if (before !== undefined) return before;
    const found = words.every((word) => isIn(row, word) !== word.inverse);
    if (known.size >= REMEMBERED) known.clear();
    known.set(row, found);
    return found;
  };
  const wanted = problem === '' ? words.filter(({ inverse }) => !inverse) : [];
  return { text, problem, test, places: (whole) => apart(wanted.flatMap((word) => placesOf(whole, word))) };
};

const placesOf = (whole: string, { pattern, plain }: Word): [number, number][] => {
  const found: [number, number][] = [];
  const text = whole.slice(0, ROW_UNITS);
  if (pattern === undefined) {
    const lower = text.toLowerCase();
    for (let at = lower.indexOf(plain); at !== -1; at = lower.indexOf(plain, at + plain.length)) {
      found.push([at, at + plain.length]);
    }
    return found;
  }
  const matcher = pattern.matcher(text);
  while (matcher.find()) if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()]);
  return found;
};

const apart = (places: [number, number][]): [number, number][] => {
  const kept: [number, number][] = [];
  for (const place of places.sort((a, b) => a[0] - b[0])) if (place[0] >= (kept.at(-1)?.[1] ?? 0)) kept.push(place);
  return kept;
};

/** The filters that are in use: one is asked for with every frame. */
const made = new Map<string, Filter>();
const MADE = 32;

const once = (key: string, text: string, parts: () => readonly string[]): Filter => {
  const known = made.get(key);
  if (known !== undefined) return known;
  if (made.size >= MADE) made.clear();
  const filter = make(text, parts());
  made.set(key, filter);
  return filter;
};

export const filterOf = (text: string): Filter => once(`words ${text}`, text, () => text.split(/\s+/));

/** What is searched for in running text: one pattern, blanks and all; with `!` before it, the lines without it. */
export const searchOf = (text: string): Filter => once(`one ${text}`, text, () => [text]);

/** Of a filter as a pane's title shows it: `/eacces`, and that a wrong one lets all rows through. */
export const filterTitle = ({ text, problem }: Filter): string =>
  `/${text}${problem === '' ? '' : ' ! no pattern, all shown'}`;
