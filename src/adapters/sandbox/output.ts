/** What a command printed, within a bound. */
import { StringDecoder } from 'node:string_decoder';

/** Keeps the first `limit` bytes and counts the rest, so that a flood costs no memory. */
export class Output {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#seen += chunk.length;
    const room = this.#limit - this.#kept;
    if (room <= 0) return;
    // A copy, not a view: a view would keep the whole chunk alive.
    const part = chunk.length <= room ? chunk : Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  /**
   * Well-formed UTF-8 of at most `limit` bytes. What was dropped, if anything, is told in a line after that. Bytes that
   * are no UTF-8 become U+FFFD; control characters stay as they are.
   */
  text(): string {
    const raw = Buffer.concat(this.#chunks);
    const whole = this.#seen === this.#kept;
    const decoder = new StringDecoder('utf8');
    // Without end(), the decoder keeps back a character that our own cut went through.
    let text = decoder.write(raw) + (whole ? decoder.end() : '');
    // U+FFFD is three bytes where there may have been one.
    if (Buffer.byteLength(text) > this.#limit) {
      text = new StringDecoder('utf8').write(Buffer.from(text).subarray(0, this.#limit));
    } else if (whole) {
      return text;
    }
    const newline = text === '' || text.endsWith('\n') ? '' : '\n';
    return `${text}${newline}[of ${this.#seen} bytes of output, all after the first ${Buffer.byteLength(text)} were dropped]\n`;
  }
}
