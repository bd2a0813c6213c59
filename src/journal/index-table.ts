import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Columns, IndexDamaged, type Layout, type Row } from './index-layout.ts';

/** The lines of one file, read one by one where they stand: looking something up costs the same in a long file. */
export class Rows<C extends Columns> {
  /** Whole lines. */
  readonly count: number;
  readonly #path: string;
  readonly #layout: Layout<C>;
  readonly #fd: number;
  readonly #line: Buffer;

  constructor(path: string, layout: Layout<C>, fd: number, limit: number) {
    this.#path = path;
    this.#layout = layout;
    this.#fd = fd;
    this.#line = Buffer.alloc(layout.width);
    this.count = Math.min(limit, Math.floor(fstatSync(fd).size / layout.width));
  }

  /** Undefined where the line is spoilt. */
  look(index: number): Row<C> | undefined {
    const { width } = this.#layout;
    const read = readSync(this.#fd, this.#line, 0, width, index * width);
    return read === width ? this.#layout.decode(this.#line.toString('latin1')) : undefined;
  }

  /** @throws IndexDamaged */
  at(index: number): Row<C> {
    const row = this.look(index);
    if (row === undefined) throw new IndexDamaged(this.#path);
    return row;
  }

  /** Index of the last line whose `column`, by which the file is in order, is at most `value`; -1 for none. */
  lastUpTo(column: keyof C, value: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.at(middle)[column] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/**
 * Opens a file of lines for one look; undefined where there is no such file. It is opened by name each time, since an index
 * may be deleted and made anew while somebody reads it.
 *
 * @param limit lines that count; those after it are of a commit that is not complete yet
 */
export const withRows = <C extends Columns, T>(
  path: string,
  layout: Layout<C>,
  look: (rows: Rows<C>) => T,
  limit = Number.POSITIVE_INFINITY,
): T | undefined => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    return look(new Rows(path, layout, fd, limit));
  } finally {
    closeSync(fd);
  }
};
