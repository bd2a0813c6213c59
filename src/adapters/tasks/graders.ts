/** Graders: pure judges of the files. Their words tell how far off a file is, never what it should hold. */
import type { Grader, Verdict } from '../../runtime/ports.ts';

export interface Check {
  file: string;
  /** The whole text; a final newline more or less makes no difference. */
  equals?: string | undefined;
  /** A regular expression that the text must match somewhere; `^` and `$` match at line breaks. */
  matches?: string | undefined;
  /** How many lines it must have. */
  lines?: number | undefined;
}

const splitLines = (text: string): string[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** Passes when every check does; else says what the first failing one finds. */
export const checksGrader =
  (checks: readonly Check[]): Grader =>
  async (files) => {
    for (const check of checks) {
      const words = complaint(check, files.get(check.file));
      if (words !== undefined) return { verdict: 'fail', words };
    }
    return PASS;
  };

const PASS: Verdict = { verdict: 'pass', words: 'ok' };

const complaint = ({ file, equals, matches, lines }: Check, text: string | undefined): string | undefined => {
  if (text === undefined) return `${file} is not there.`;
  const found = splitLines(text);
  if (lines !== undefined && found.length !== lines) return `${file} has ${count(found.length, lines)}.`;
  if (equals !== undefined) {
    const words = compare(found, splitLines(equals));
    if (words !== undefined) return `${file} has ${words}.`;
  }
  if (matches !== undefined && !new RegExp(matches, 'm').test(text))
    return `${file} is not of the form that is asked for.`;
  return undefined;
};

const count = (found: number, needed: number): string => {
  const lines = found === 1 ? '1 line' : `${found} lines`;
  return found === needed ? lines : `${lines}, too ${found < needed ? 'few' : 'many'}`;
};

const compare = (found: readonly string[], needed: readonly string[]): string | undefined => {
  const wrong = found.filter((line, i) => i < needed.length && line !== needed[i]).length;
  if (wrong === 0 && found.length === needed.length) return undefined;
  return `${count(found.length, needed.length)}, ${wrong} of them wrong`;
};
