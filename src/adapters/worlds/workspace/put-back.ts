/** Makes the workspace what a state says, touching only what differs. */
import { closeSync } from 'node:fs';
import { breather } from './breathe.ts';
import { forSystem } from './names.ts';
import type { ObjectStore } from './objects.ts';
import { at, chmodDir, openDir, walk } from './open-at.ts';
import { Placer } from './place.ts';
import { alike, type DirNode, dirNode, EMPTY, gitTree, type Node } from './tree.ts';

/**
 * @param dir the workspace, as a byte path
 * @param now what is there, as a scan has just found it
 * @returns `wanted`, with what is needed to see later changes
 */
export const putBack = async (dir: string, now: DirNode, wanted: DirNode, store: ObjectStore): Promise<DirNode> => {
  const fd = walk(forSystem(dir), []);
  try {
    return await new Restoring(store, new Placer(store, dir)).dir(fd, now, wanted);
  } finally {
    closeSync(fd);
  }
};

class Restoring {
  readonly #store: ObjectStore;
  readonly #place: Placer;
  readonly #breathe = breather();

  constructor(store: ObjectStore, place: Placer) {
    this.#store = store;
    this.#place = place;
  }

  async dir(fd: number, now: DirNode, wanted: DirNode): Promise<DirNode> {
    if (now === wanted) return now;
    // Locked ones are opened for the time of the work, also for what is below them.
    const locked = (now.mode & 0o700) !== 0o700;
    if (locked) chmodDir(fd, now.mode | 0o700);
    for (const [name, node] of now.children) {
      const want = wanted.children.get(name);
      // A file takes the place of a file or a link at once; of nothing else.
      if (want !== undefined && (want.type === 'dir') === (node.type === 'dir') && node.type !== 'special') continue;
      this.#place.remove(fd, name);
      await this.#breathe();
    }
    const children: [string, Node][] = [];
    for (const [name, want] of wanted.children) {
      children.push([name, await this.#entry(fd, name, now.children.get(name), want)]);
      await this.#breathe();
    }
    if (locked || now.mode !== wanted.mode) chmodDir(fd, wanted.mode);
    const made = dirNode(wanted.mode, children);
    gitTree(made, this.#store);
    return made;
  }

  async #entry(fd: number, name: string, now: Node | undefined, want: Node): Promise<Node> {
    switch (want.type) {
      case 'file':
        return now !== undefined && alike(now, want) ? now : this.#place.file(fd, name, want);
      case 'link':
        return now !== undefined && alike(now, want) ? now : this.#place.link(fd, name, want);
      case 'special':
        throw new RangeError(`${name}: no state holds such a thing`);
      case 'dir':
        break;
    }
    const there = now?.type === 'dir' ? now : EMPTY;
    if (there === EMPTY) this.#place.dir(fd, name);
    const inner = openDir(at(fd, name));
    try {
      return await this.dir(inner, there, want);
    } finally {
      closeSync(inner);
    }
  }
}
