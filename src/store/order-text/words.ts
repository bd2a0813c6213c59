/**
 * A line as words: blanks part them, quotes hold them together. A quote opens where a word does, or behind its `=`: what stands
 * inside a word is an apostrophe.
 */

export interface Word {
  text: string;
  /** Where it begins in the line. */
  at: number;
  /** It was quoted, so that it is no option whatever it looks like. */
  quoted: boolean;
}

/** @param i where the sign stands */
const opens = (line: string, i: number, { at }: Word): boolean =>
  i === at || (line[i - 1] === '=' && line.startsWith('--', at));

/** @returns the words; `open` where a quote is not closed, which the last word ends with then */
export const splitWords = (line: string): { words: Word[]; open: boolean } => {
  const words: Word[] = [];
  let word: Word | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i += 1) {
    const char = line.charAt(i);
    if (quote === '' && /\s/.test(char)) {
      word = undefined;
      continue;
    }
    if (word === undefined) {
      word = { text: '', at: i, quoted: false };
      words.push(word);
    }
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'") && opens(line, i, word)) {
      quote = char;
      word.quoted ||= i === word.at;
    } else if (char === '\\' && quote !== "'" && i + 1 < line.length) {
      i += 1;
      word.text += line.charAt(i);
    } else word.text += char;
  }
  return { words, open: quote !== '' };
};

/** A word that is read back as itself. */
export const quoteWord = (text: string): string =>
  /^[^\s"'\\]+$/.test(text) && !text.startsWith('--') ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
