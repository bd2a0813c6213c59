/**
 * Makes foreign text safe to draw: what a model or a command writes is shown, never obeyed.
 *
 * Removed are escape sequences (CSI, OSC, DCS, SOS, PM, APC; 7-bit and 8-bit), all other control characters, characters that
 * change the direction of writing, and invisible ones whose width terminals disagree about. Newlines stay, tabs become
 * spaces. A stream is cleaned chunk by chunk: a sequence that is split over two chunks is still one.
 */

/** Where a stream stands between two chunks. */
export interface SanitiseState {
  mode: 'text' | 'escape' | 'csi' | 'string' | 'string-escape';
  /** A high surrogate whose other half is in the next chunk. */
  high: string;
  /** UTF-16 units that the control string has swallowed. */
  eaten: number;
  /** Combining marks in a row. */
  marks: number;
}

export const freshSanitise: SanitiseState = { mode: 'text', high: '', eaten: 0, marks: 0 };

const TAB = '  ';
/**
 * A control string that nobody ends must not hide the rest of a reply from the operator: it ends at a newline, or here. A
 * terminal would go on swallowing, but nothing of this ever reaches one.
 */
const STRING_MAX = 1024;
/** More marks on one base are noise that only costs width bookkeeping. */
const MARKS_MAX = 3;

const PLAIN = /^[\n\x20-\x7e]*$/;
// Bidi controls, zero-width and other invisible characters, variation selectors, tags; line and paragraph separators.
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
const MARK = /\p{M}/u;

/** Cleans one chunk of a stream. */
export const sanitiseChunk = (state: SanitiseState, chunk: string): { state: SanitiseState; text: string } => {
  if (chunk === '') return { state, text: '' };
  if (state.mode === 'text' && state.high === '' && PLAIN.test(chunk)) return { state: plainAfter(state), text: chunk };
  const next = { ...state, high: '' };
  let text = '';
  for (const char of state.high + chunk) text += step(next, char);
  const lone = chunk.length > 0 && isHigh(chunk.charCodeAt(chunk.length - 1));
  if (lone && next.mode === 'text') {
    // The loop has written the lone half as a replacement character; take it back and wait for the other half.
    next.high = chunk.slice(-1);
    text = text.slice(0, -1);
  }
  return { state: next, text };
};

const plainAfter = (state: SanitiseState): SanitiseState => (state.marks === 0 ? state : freshSanitise);

/** Cleans a text that is complete. */
export const sanitise = (text: string): string => {
  if (PLAIN.test(text)) return text;
  const done = sanitiseChunk(freshSanitise, text);
  return done.state.high === '' ? done.text : `${done.text}\ufffd`;
};

/** Cleans a text for a single line: newlines become spaces. */
export const oneLine = (text: string): string => {
  const clean = sanitise(text);
  return clean.includes('\n') ? clean.replaceAll('\n', ' ') : clean;
};

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** Feeds one code point; what it adds to the text. */
const step = (state: SanitiseState, char: string): string => {
  const code = char.codePointAt(0) as number;
  switch (state.mode) {
    case 'text':
      return onText(state, char, code);
    case 'escape':
      return onEscape(state, char, code);
    case 'csi':
      return onCsi(state, char, code);
    case 'string':
    case 'string-escape':
      return onString(state, char, code);
  }
};

const onText = (state: SanitiseState, char: string, code: number): string => {
  if ((code >= 0x20 && code < 0x7f) || code === 0x0a) {
    state.marks = 0;
    return char;
  }
  if (code === 0x09) return TAB;
  if (code < 0xa0) {
    control(state, code);
    return '';
  }
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (INVISIBLE.test(char)) return code === 0x2028 || code === 0x2029 ? ' ' : '';
  if (isUncertain(code)) return certain(code);
  state.marks = MARK.test(char) ? state.marks + 1 : 0;
  return state.marks > MARKS_MAX ? '' : char;
};

const REGIONAL_A = 0x1f1e6;
const REGIONAL_Z = 0x1f1ff;

/** Emoji that terminals measure differently: skin colours, which some add to the width and some do not, and letters of flags. */
const isUncertain = (code: number): boolean =>
  code >= REGIONAL_A && code <= 0x1f3ff && (code <= REGIONAL_Z || code >= 0x1f3fb);

/** A flag as its two letters, an emoji without its skin colour. */
const certain = (code: number): string => (code <= REGIONAL_Z ? String.fromCharCode(0x41 + code - REGIONAL_A) : '');

/** A control character: it may open a sequence, else it is dropped. */
const control = (state: SanitiseState, code: number): void => {
  if (code === 0x1b) state.mode = 'escape';
  else if (code === 0x9b) state.mode = 'csi';
  else if (code === 0x90 || code === 0x98 || code === 0x9d || code === 0x9e || code === 0x9f) openString(state);
};

const openString = (state: SanitiseState): void => {
  state.mode = 'string';
  state.eaten = 0;
};

const onEscape = (state: SanitiseState, char: string, code: number): string => {
  if (char === '[') state.mode = 'csi';
  else if (char === ']' || char === 'P' || char === 'X' || char === '^' || char === '_') openString(state);
  else if (code === 0x1b || (code >= 0x20 && code <= 0x2f)) return '';
  else return leave(state, char, code, code >= 0x30 && code <= 0x7e);
  return '';
};

const onCsi = (state: SanitiseState, char: string, code: number): string => {
  if (code === 0x1b) state.mode = 'escape';
  else if (code >= 0x20 && code <= 0x3f) return '';
  else return leave(state, char, code, code >= 0x40 && code <= 0x7e);
  return '';
};

const onString = (state: SanitiseState, char: string, code: number): string => {
  state.eaten += 1;
  if (state.mode === 'string-escape') {
    state.mode = 'escape';
    return char === '\\' ? leave(state, char, code, true) : onEscape(state, char, code);
  }
  if (code === 0x1b) state.mode = 'string-escape';
  else if (code === 0x07 || code === 0x9c || code === 0x18 || code === 0x1a) state.mode = 'text';
  else if (code === 0x0a || state.eaten >= STRING_MAX) return leave(state, char, code, false);
  return '';
};

/** Back to text; a character that does not belong to the sequence is looked at again. */
const leave = (state: SanitiseState, char: string, code: number, consumed: boolean): string => {
  state.mode = 'text';
  return consumed ? '' : onText(state, char, code);
};
