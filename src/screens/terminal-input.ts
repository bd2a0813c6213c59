/**
 * What comes from the terminal, taken apart: keys and pastes go on to ink; the mouse goes to whoever listens; the terminal's
 * own reports, which may come late, are nobody's keys.
 */
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface MouseEvent {
  kind: 'press' | 'wheel-up' | 'wheel-down';
  /** From 0. */
  x: number;
  y: number;
}

/** Ends of the strings that terminals send: OSC, DCS, APC. One that is not ended by then was none. */
const STRING_MAX = 4096;
const MOUSE = /^\u001b\[<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])/;
const MOUSE_PART = /^\u001b\[<[\d;]*$/;
const STRING = /^\u001b[\]P_^][^\u0007\u001b]*(?:\u0007|\u001b\\)/;
const PASTE_START = '\u001b[200~';
const PASTE_END = '\u001b[201~';

export interface Apart {
  keys: string;
  mouse: MouseEvent[];
  /** The beginning of something that is not whole yet. */
  rest: string;
  /** What comes next is still pasted. */
  pasting: boolean;
}

/** Takes a text of the terminal apart. @param pasting its beginning belongs to a paste: whatever is pasted is text */
export const takeApart = (text: string, pasting = false): Apart => {
  const apart: Apart = { keys: '', mouse: [], rest: '', pasting };
  let at = 0;
  while (at < text.length) {
    const end = apart.pasting ? text.indexOf(PASTE_END, at) : -1;
    if (apart.pasting) {
      const to = end < 0 ? text.length : end + PASTE_END.length;
      apart.keys += text.slice(at, to);
      apart.pasting = end < 0;
      at = to;
      continue;
    }
    const begin = text.indexOf('\u001b', at);
    apart.keys += text.slice(at, begin < 0 ? text.length : begin);
    if (begin < 0) break;
    const here = text.slice(begin);
    const report = STRING.exec(here)?.[0];
    const event = MOUSE.exec(here);
    at = begin + (report ?? event?.[0] ?? '\u001b').length;
    if (report !== undefined) continue;
    if (event !== null) {
      const happened = mouseEvent(Number(event[1]), Number(event[2]), Number(event[3]), event[4] === 'M');
      if (happened !== undefined) apart.mouse.push(happened);
    } else if (isBegun(here)) {
      apart.rest = here;
      break;
    } else {
      apart.pasting = here.startsWith(PASTE_START);
      apart.keys += '\u001b';
    }
  }
  return apart;
};

/** Alt and `]` are a key too: a string has at least one character more. */
const isBegun = (text: string): boolean =>
  text.length < STRING_MAX &&
  (MOUSE_PART.test(text) || /^\u001b(?:\]\d|P[\d>+!|]|_G)[^\u0007\u001b]*\u001b?$/.test(text));

const mouseEvent = (button: number, x: number, y: number, down: boolean): MouseEvent | undefined => {
  const place = { x: x - 1, y: y - 1 };
  // Shift, Meta and Control are bits 2 to 4.
  const plain = button & ~0b11100;
  if (plain === 64) return { kind: 'wheel-up', ...place };
  if (plain === 65) return { kind: 'wheel-down', ...place };
  return plain === 0 && down ? { kind: 'press', ...place } : undefined;
};

/** Stands for `process.stdin` where ink reads. */
export class TerminalInput extends Readable {
  readonly isTTY = true;
  readonly #source: NodeJS.ReadStream;
  readonly #onMouse: (event: MouseEvent) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #pasting = false;

  /** @param typed what was typed before this began to read */
  constructor(source: NodeJS.ReadStream, onMouse: (event: MouseEvent) => void, typed = '') {
    super();
    this.#source = source;
    this.#onMouse = onMouse;
    source.on('data', this.#take);
    if (typed !== '') this.#hand(typed);
  }

  setRawMode(on: boolean): this {
    if (this.#source.isTTY === true) this.#source.setRawMode(on);
    return this;
  }

  ref(): this {
    this.#source.resume();
    this.#source.ref();
    return this;
  }

  unref(): this {
    this.#source.pause();
    this.#source.unref();
    return this;
  }

  close(): void {
    this.#source.off('data', this.#take);
    this.unref();
  }

  override _read(): void {
    // What comes is pushed as it comes: keys are few, and never held back.
  }

  readonly #take = (bytes: Buffer | string): void => {
    this.#hand(typeof bytes === 'string' ? bytes : this.#decoder.write(bytes));
  };

  #hand(text: string): void {
    const { keys, mouse, rest, pasting } = takeApart(this.#rest + text, this.#pasting);
    this.#rest = rest;
    this.#pasting = pasting;
    if (keys !== '') this.push(keys);
    for (const event of mouse) this.#onMouse(event);
  }
}
