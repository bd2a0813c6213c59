/**
 * Asks the terminal what nobody else knows: how wide it draws glyphs of ambiguous width, and how light its background is. One
 * question, one bounded wait, before the first frame.
 */
import { StringDecoder } from 'node:string_decoder';
import type { ThemeName } from '../components/theme.ts';

export interface TerminalFacts {
  /** Of the background; null where it was not asked for, or not told. */
  theme: ThemeName | null;
  /** Columns of a glyph of ambiguous width: more than one asks for ASCII. Null where the terminal did not say. */
  ambiguous: number | null;
  /** What was typed meanwhile. */
  typed: string;
}

/** Rules, blocks and the sign for more: what the screens are made of. */
const SAMPLE = '─█…';
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const WHERE = '\u001b[6n';
const BACKGROUND = '\u001b]11;?\u001b\\';
/** Every terminal answers this one, and answers come in order: after it nothing more is to be waited for. */
const WHO = '\u001b[c';

/** How long a terminal may take to answer: more than a far one needs, less than anybody minds once. */
const ANSWER_MS = 400;

export const probeQuestion = (askBackground: boolean): string =>
  // Drawn at the line's start, measured, and wiped out again within one frame.
  `${BEGIN}\r${SAMPLE}${WHERE}\r\u001b[K${END}${askBackground ? BACKGROUND : ''}${WHO}`;

/** @param stdin in raw mode, and read by nobody else */
export const probeTerminal = async (
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  askBackground: boolean,
  answerMs = ANSWER_MS,
): Promise<TerminalFacts> => {
  const decoder = new StringDecoder('utf8');
  let heard = '';
  let take = (_bytes: Buffer | string): void => {};
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, answerMs);
    take = (bytes) => {
      heard += typeof bytes === 'string' ? bytes : decoder.write(bytes);
      if (!ATTRIBUTES.test(heard)) return;
      clearTimeout(timer);
      resolve();
    };
    stdin.on('data', take);
    stdout.write(probeQuestion(askBackground));
  });
  stdin.off('data', take);
  stdin.pause();
  return readAnswers(heard);
};

const POSITION = /\u001b\[\d+;(\d+)R/;
const ATTRIBUTES = /\u001b\[\?[\d;]*c/;
const COLOUR =
  /\u001b\]11;(?:rgba?:)([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})[^\u0007\u001b]*(?:\u0007|\u001b\\)/i;

export const readAnswers = (heard: string): TerminalFacts => {
  const column = POSITION.exec(heard)?.[1];
  const colour = COLOUR.exec(heard);
  return {
    ambiguous: column === undefined ? null : (Number(column) - 1) / [...SAMPLE].length,
    theme: colour === null ? null : themeOf(colour.slice(1, 4)),
    typed: heard.replace(POSITION, '').replace(COLOUR, '').replace(ATTRIBUTES, ''),
  };
};

/** By the middle of perceived lightness; channels have one to four hexadecimal digits. */
const themeOf = (channels: readonly string[]): ThemeName => {
  const [red = 0, green = 0, blue = 0] = channels.map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 ? 'light' : 'dark';
};
