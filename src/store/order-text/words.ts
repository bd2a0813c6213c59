/** A line as words, the way a shell reads them: blanks part them, quotes hold them together. */

export interface Word {
  text: string;
  /** Where it begins in the line. */
  at: number;
  /** It was quoted, so that it is no option whatever it looks like. */
  quoted: boolean;
}

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
    else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word.quoted = true;
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
