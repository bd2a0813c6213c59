import { crc32 } from 'node:zlib';

/** Changes when the meaning of any line does: lines of another format then fail their check, and the index is made anew. */
const FORMAT = 1;
const CRC = 8;
const HEX64 = /^[0-9a-f]{64}$/;
const NUMBER = /^\d+$/;

/** A column's name and its width in characters. `hash` is a digest, all others are whole numbers from 0 on. */
export type Columns = Readonly<Record<string, number>>;
export type Row<C extends Columns> = { [K in keyof C]: K extends 'hash' ? string : number };

/** An index file does not say what was written into it: it is to be thrown away and made anew. */
export class IndexDamaged extends Error {
  constructor(path: string) {
    super(`The index file ${path} is damaged; delete the index, it is made anew.`);
    this.name = 'IndexDamaged';
  }
}

/**
 * Lines of one width, so that the n-th is found without reading those before it. They are text, for people with `less`; each
 * ends with a checksum, since nothing else would tell a spoilt line from a good one.
 */
export class Layout<C extends Columns> {
  /** Of a whole line, its newline included. */
  readonly width: number;
  readonly #columns: [string, number][];

  constructor(columns: C) {
    this.#columns = Object.entries(columns);
    this.width = this.#columns.reduce((sum, [, width]) => sum + width + 1, 0) + CRC + 1;
  }

  encode(row: Row<C>): string {
    let text = '';
    for (const [name, width] of this.#columns) {
      const value = String(row[name]);
      if (value.length > width) throw new RangeError(`${name} ${value} does not fit into an index of this format`);
      text += `${value.padStart(width, '0')} `;
    }
    return `${text}${checksum(text)}\n`;
  }

  /** Undefined where the line is not one of this layout, or is spoilt. */
  decode(line: string): Row<C> | undefined {
    const text = line.slice(0, this.width - CRC - 1);
    const isWhole = line.length === this.width && line.endsWith('\n');
    if (!isWhole || line.slice(text.length, -1) !== checksum(text)) return undefined;
    const row: Record<string, number | string> = {};
    let at = 0;
    for (const [name, width] of this.#columns) {
      const value = text.slice(at, at + width);
      if (!(name === 'hash' ? HEX64 : NUMBER).test(value)) return undefined;
      row[name] = name === 'hash' ? value : Number(value);
      at += width + 1;
    }
    return row as Row<C>;
  }
}

const checksum = (text: string): string => crc32(text, FORMAT).toString(16).padStart(CRC, '0');
