/**
 * Looks at the whole workspace. What has not changed since the last look is not read again, so this costs one `lstat` an entry;
 * what has changed is read without following links, and its content is in the shadow repository when this returns.
 */
import { closeSync, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { breather } from './breathe.ts';
import { forSystem, looksLikeGit, MAX_PATH, segmentsOf, shownName, toText } from './names.ts';
import { idOf, type ObjectStore } from './objects.ts';
import { at, chmodDir, codeOf, isDenied, readAt, walk } from './open-at.ts';
import { type DirNode, dirNode, gitTree, type LinkNode, type Node, seenAt, unchanged } from './tree.ts';

/** The largest file that a world holds, bytes. */
export const MAX_BYTES = 32 * 1024 * 1024;
/** All of its files together, bytes: each state is kept, so what a command may leave behind has to end somewhere. */
export const MAX_TOTAL = 1024 * 1024 * 1024;
/** Files, links and directories. */
export const MAX_ENTRIES = 100_000;

/** Why the workspace is in no state that a world can be in. */
export interface Problem {
  errno: 'ENOTSUP' | 'EFBIG' | 'ENAMETOOLONG' | 'EIO';
  /** A clause that begins with the path. */
  detail: string;
}

export interface Scanned {
  root: DirNode;
  problems: Problem[];
  /** Files under more than one name, all of them inside: byte paths, but for one name each. */
  twins: string[];
}

interface Linked {
  paths: string[];
  nlink: number;
}

/** What to do with content that is not known yet: keep it, or only find out whether it is what was there before. */
export type Purpose = 'keep' | 'compare';

const SPECIAL: Node = { type: 'special' };

const KINDS: [keyof Stats & `is${string}`, string][] = [
  ['isFIFO', 'a FIFO'],
  ['isSocket', 'a socket'],
  ['isBlockDevice', 'a device'],
  ['isCharacterDevice', 'a device'],
];

/**
 * @param dir the workspace, as a byte path
 * @param known the state that was last seen there; null reads everything
 */
export const scan = async (
  dir: string,
  known: DirNode | null,
  store: ObjectStore,
  purpose: Purpose = 'keep',
): Promise<Scanned> => {
  const look = new Look(dir, store, purpose);
  const stats = lstatSync(forSystem(dir), { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) throw new Error(`the workspace ${toText(dir)} is no directory any more`);
  const root = await look.dir('', stats, known);
  const problems = [...look.problems, ...look.outside()];
  // No command could be started in it any more, not even one that unlocks it.
  if ((root.mode & 0o700) !== 0o700) {
    problems.push({ errno: 'ENOTSUP', detail: `the workspace itself is locked, mode ${root.mode.toString(8)}` });
  }
  return { root, problems, twins: look.twins() };
};

class Look {
  readonly problems: Problem[] = [];
  readonly #dir: string;
  readonly #store: ObjectStore;
  readonly #purpose: Purpose;
  readonly #linked = new Map<string, Linked>();
  readonly #breathe = breather();
  #entriesSeen = 0;
  #bytesSeen = 0;

  constructor(dir: string, store: ObjectStore, purpose: Purpose) {
    this.#dir = dir;
    this.#store = store;
    this.#purpose = purpose;
  }

  async dir(path: string, stats: Stats, known: Node | null | undefined): Promise<DirNode> {
    const mode = stats.mode & 0o7777;
    try {
      return await this.#entries(path, stats, known?.type === 'dir' ? known : undefined);
    } catch (error) {
      if (!isDenied(error) || (mode & 0o700) === 0o700) throw error;
      // Its owner has locked it: opened for the time of the look.
      const fd = this.#open(path);
      try {
        chmodDir(fd, mode | 0o700);
        return await this.#entries(path, stats, known?.type === 'dir' ? known : undefined);
      } finally {
        chmodDir(fd, mode);
        closeSync(fd);
      }
    }
  }

  /** Names of files that also stand somewhere outside. */
  outside(): Problem[] {
    return [...this.#linked.values()]
      .filter(({ paths, nlink }) => paths.length < nlink)
      .map(({ paths }) => ({
        errno: 'ENOTSUP',
        detail: `${shownName(paths[0] as string)} is a hard link to a file outside the workspace`,
      }));
  }

  twins(): string[] {
    return [...this.#linked.values()]
      .filter(({ paths, nlink }) => paths.length >= nlink)
      .flatMap(({ paths }) => paths.slice(1));
  }

  async #entries(path: string, stats: Stats, known: DirNode | undefined): Promise<DirNode> {
    const mode = stats.mode & 0o7777;
    const whole = path === '' ? this.#dir : `${this.#dir}/${path}`;
    const names = readdirSync(forSystem(whole), { encoding: 'latin1' });
    const children: [string, Node][] = [];
    let same = known !== undefined && known.mode === mode && known.children.size === names.length;
    let fd = -1;
    const opened = (): number => {
      if (fd < 0) fd = this.#open(path);
      return fd;
    };
    try {
      for (const name of names) {
        const own = path === '' ? name : `${path}/${name}`;
        const before = known?.children.get(name);
        const node = await this.#entry(own, name, before, opened);
        if (node === undefined) continue;
        if (node !== before) same = false;
        children.push([name, node]);
        await this.#breathe();
      }
    } finally {
      if (fd >= 0) closeSync(fd);
    }
    // Names and times were taken by path, which is three times as fast; another directory may have come to stand there.
    if (!isSame(lstatSync(forSystem(whole), { throwIfNoEntry: false }), stats)) {
      this.#problem('EIO', path, 'was swapped for something else while it was read');
    }
    if (known !== undefined && same && children.length === names.length) return known;
    const node = dirNode(mode, children);
    if (this.#purpose === 'keep') gitTree(node, this.#store);
    return node;
  }

  async #entry(path: string, name: string, before: Node | undefined, opened: () => number): Promise<Node | undefined> {
    this.#entriesSeen += 1;
    if (this.#entriesSeen > MAX_ENTRIES)
      return this.#problem('EFBIG', path, `makes it over ${MAX_ENTRIES} files in all`);
    if (path.length > MAX_PATH) return this.#problem('ENAMETOOLONG', path, `has a path of over ${MAX_PATH} bytes`);
    if (looksLikeGit(name))
      return this.#problem('ENOTSUP', path, 'is kept for git, and a repository in the workspace is none of it');
    const now = Date.now();
    const stats = lstatSync(forSystem(`${this.#dir}/${path}`), { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const kind = KINDS.find(([is]) => (stats[is] as () => boolean)())?.[1];
    if (kind !== undefined) return this.#problem('ENOTSUP', path, `is ${kind}`);
    try {
      if (stats.isDirectory()) return await this.dir(path, stats, before);
      return stats.isSymbolicLink()
        ? this.#link(name, stats, now, before, opened)
        : this.#file(path, name, stats, now, before, opened);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return this.#problem('EIO', path, `cannot be read: ${codeOf(error)}`);
    }
  }

  #file(path: string, name: string, stats: Stats, now: number, before: Node | undefined, opened: () => number): Node {
    if (stats.nlink > 1) {
      const key = `${stats.dev}:${stats.ino}`;
      const linked = this.#linked.get(key) ?? { paths: [], nlink: stats.nlink };
      linked.paths.push(path);
      this.#linked.set(key, linked);
    }
    if (stats.size > MAX_BYTES) return this.#problem('EFBIG', path, `has over ${MAX_BYTES} bytes`);
    this.#bytesSeen += stats.size;
    if (this.#bytesSeen > MAX_TOTAL) return this.#problem('EFBIG', path, `makes it over ${MAX_TOTAL} bytes in all`);
    const mode = stats.mode & 0o7777;
    const old = before?.type === 'file' ? before : undefined;
    if (old !== undefined && old.mode === mode && unchanged(old.seen, stats)) return old;
    // Nobody will ask for it: it is to go, or the whole state is.
    if (this.#purpose === 'compare' ? old === undefined : this.problems.length > 0) return SPECIAL;
    const bytes = readAt(opened(), name, stats);
    const id = this.#purpose === 'keep' ? this.#store.put('blob', bytes) : idOf('blob', bytes);
    // Reading may have changed its mode for a moment, and so its times.
    const seen = seenAt(lstatSync(at(opened(), name)), now);
    return { type: 'file', mode, id, seen };
  }

  #link(name: string, stats: Stats, now: number, before: Node | undefined, opened: () => number): LinkNode {
    if (before?.type === 'link' && unchanged(before.seen, stats)) return before;
    const id = this.#store.put('blob', readlinkSync(at(opened(), name), { encoding: 'buffer' }));
    return { type: 'link', id, seen: seenAt(stats, now) };
  }

  #problem(errno: Problem['errno'], path: string, what: string): Node {
    const shown = shownName(path);
    // One is told; a list of a hundred thousand helps nobody.
    if (this.problems.length > 0) return SPECIAL;
    this.problems.push({ errno, detail: `${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown} ${what}` });
    return SPECIAL;
  }

  #open(path: string): number {
    return walk(forSystem(this.#dir), segmentsOf(path));
  }
}

const isSame = (now: Stats | undefined, then: Stats): boolean => now?.ino === then.ino && now.dev === then.dev;
