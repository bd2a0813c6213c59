import { toText } from './names.ts';
import type { ObjectStore } from './objects.ts';
import { type DirNode, filesOf } from './tree.ts';

/** The files of a state, path → text. A text is read when it is asked for: all of them may be more than there is memory. */
export class FileTexts implements ReadonlyMap<string, string> {
  readonly #ids: ReadonlyMap<string, string>;
  readonly #store: ObjectStore;

  constructor(root: DirNode, store: ObjectStore) {
    this.#ids = new Map([...filesOf(root)].map(([path, { id }]) => [toText(path), id]));
    this.#store = store;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(path: string): boolean {
    return this.#ids.has(path);
  }

  get(path: string): string | undefined {
    const id = this.#ids.get(path);
    return id === undefined ? undefined : this.#store.get('blob', id).toString('utf8');
  }

  keys(): MapIterator<string> {
    return this.#ids.keys();
  }

  *values(): MapIterator<string> {
    for (const [, text] of this) yield text;
  }

  *entries(): MapIterator<[string, string]> {
    for (const path of this.keys()) yield [path, this.get(path) ?? ''];
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  forEach(each: (text: string, path: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [path, text] of this) each(text, path, this);
  }
}
