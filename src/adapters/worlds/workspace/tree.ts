/**
 * A state of the workspace as a value: nodes never change, states share what they have in common, and keeping one costs nothing.
 * Names and paths are byte strings (`names.ts`). Files and links name their content by the id of a blob in the shadow
 * repository, so that whatever is shown of a state comes from there and not from a disk that may have moved on.
 */
import { hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { byCodeUnit } from '../paths.ts';
import { segmentsOf } from './names.ts';
import type { ObjectStore } from './objects.ts';

/** What tells, without reading it, that a file is still the one that was read. */
export interface Seen {
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  /** Looked at so soon after its change that another change could bear the same time. */
  racy: boolean;
}

export interface FileNode {
  readonly type: 'file';
  /** Twelve bits: permissions, set-uid, set-gid, sticky. */
  readonly mode: number;
  readonly id: string;
  readonly seen: Seen | null;
}

/** `id`: the blob that holds where it points. */
export interface LinkNode {
  readonly type: 'link';
  readonly id: string;
  readonly seen: Seen | null;
}

export interface DirNode {
  readonly type: 'dir';
  readonly mode: number;
  /** Sorted by name. */
  readonly children: ReadonlyMap<string, Node>;
  /** Id of its git tree, '' where git would not hold it; undefined until somebody asks. */
  tree: string | undefined;
}

/** What a world cannot hold; met only while a workspace is scanned. */
export interface SpecialNode {
  readonly type: 'special';
}

export type Node = FileNode | LinkNode | DirNode | SpecialNode;

export const FILE_MODE = 0o644;
const SCRIPT_MODE = 0o755;
export const DIR_MODE = 0o755;
/** How long after a change a file's times may still stand; longer where they are whole seconds. Milliseconds. */
const RACY_MS = 100;
const COARSE_RACY_MS = 2100;

export const dirNode = (mode: number, children: Iterable<readonly [string, Node]>): DirNode => ({
  type: 'dir',
  mode,
  children: new Map([...children].sort(([a], [b]) => byCodeUnit(a, b))),
  tree: undefined,
});

export const EMPTY = dirNode(DIR_MODE, []);

/** @param now milliseconds, from before the file was read */
export const seenAt = (stats: Stats, now: number): Seen => {
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  const margin = ctimeMs % 1000 === 0 ? COARSE_RACY_MS : RACY_MS;
  return { dev, ino, size, mtimeMs, ctimeMs, racy: ctimeMs > now - margin };
};

/** Whether a file's content can be taken from when it was last read. */
export const unchanged = (seen: Seen | null, stats: Stats): boolean =>
  seen !== null &&
  !seen.racy &&
  seen.ctimeMs === stats.ctimeMs &&
  seen.mtimeMs === stats.mtimeMs &&
  seen.size === stats.size &&
  seen.ino === stats.ino &&
  seen.dev === stats.dev;

/** What stands at a byte path; `''` is the root. */
export const nodeAt = (root: DirNode, path: string): Node | undefined => {
  let node: Node | undefined = root;
  for (const segment of segmentsOf(path)) node = node?.type === 'dir' ? node.children.get(segment) : undefined;
  return node;
};

/** The state with `node` at a path whose directories exist, or come with `missing`. */
export const withNode = (dir: DirNode, segments: readonly string[], node: Node): DirNode => {
  const [name, ...rest] = segments;
  if (name === undefined) throw new RangeError('the root is no entry');
  const child = dir.children.get(name);
  const inner = child?.type === 'dir' ? child : EMPTY;
  const changed = rest.length === 0 ? node : withNode(inner, rest, node);
  const children = new Map(dir.children);
  children.set(name, changed);
  // The order is kept where the name was there before.
  if (child !== undefined) return { type: 'dir', mode: dir.mode, children, tree: undefined };
  return dirNode(dir.mode, children);
};

/** The state with nothing at a path, and directories that let files in on the way to it, whatever was there. */
export const withRoomAt = (dir: DirNode, segments: readonly string[]): DirNode => {
  const [name, ...rest] = segments;
  if (name === undefined) throw new RangeError('the root is no entry');
  const children = new Map(dir.children);
  const child = children.get(name);
  if (rest.length === 0) children.delete(name);
  else children.set(name, withRoomAt(child?.type === 'dir' ? child : EMPTY, rest));
  return dirNode(dir.mode | 0o700, children);
};

/** Two nodes that nobody could tell apart, what is below directories left aside. */
export const alike = (a: Node | undefined, b: Node | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  if (a.type === 'file') return b.type === 'file' && a.id === b.id && a.mode === b.mode;
  if (a.type === 'link') return b.type === 'link' && a.id === b.id;
  return a.type === 'dir' && b.type === 'dir' && a.mode === b.mode;
};

/** The id of a directory's git tree, its objects written; '' where it holds nothing that git holds. */
export const gitTree = (dir: DirNode, store: ObjectStore): string => {
  if (dir.tree !== undefined) return dir.tree;
  const entries: [order: string, bytes: Buffer][] = [];
  for (const [name, node] of dir.children) {
    if (node.type === 'special') continue;
    const id = node.type === 'dir' ? gitTree(node, store) : node.id;
    if (id === '') continue;
    const head = Buffer.from(`${gitMode(node)} ${name}\0`, 'latin1');
    // git sorts a directory as if its name ended in a slash.
    entries.push([node.type === 'dir' ? `${name}/` : name, Buffer.concat([head, Buffer.from(id, 'hex')])]);
  }
  entries.sort(([a], [b]) => byCodeUnit(a, b));
  dir.tree = entries.length === 0 ? '' : store.put('tree', Buffer.concat(entries.map(([, bytes]) => bytes)));
  return dir.tree;
};

const gitMode = (node: FileNode | LinkNode | DirNode): string => {
  if (node.type === 'dir') return '40000';
  if (node.type === 'link') return '120000';
  return node.mode & 0o100 ? '100755' : '100644';
};

/** The mode that git gives a file when it makes it. */
export const modeInGit = (gitMode: string): number => (gitMode === '100755' ? SCRIPT_MODE : FILE_MODE);

/** What git cannot hold: modes other than its own (path → mode, `''` the root) and directories without content. */
export interface Beyond {
  modes: Record<string, number>;
  empty: string[];
}

export const beyondGit = (root: DirNode, store: ObjectStore): Beyond => {
  const beyond: Beyond = { modes: {}, empty: [] };
  const visit = (dir: DirNode, path: string): void => {
    if (dir.mode !== DIR_MODE) beyond.modes[path] = dir.mode;
    const prefix = path === '' ? '' : `${path}/`;
    for (const [name, node] of dir.children) {
      const own = `${prefix}${name}`;
      if (node.type === 'file' && node.mode !== modeInGit(gitMode(node))) beyond.modes[own] = node.mode;
      if (node.type !== 'dir') continue;
      if (gitTree(node, store) === '') beyond.empty.push(own);
      visit(node, own);
    }
  };
  visit(root, '');
  return beyond;
};

/** SHA-256 over the git tree id and the sorted list of what git cannot hold. */
export const worldHash = (root: DirNode, store: ObjectStore): string => {
  const { modes, empty } = beyondGit(root, store);
  const lines = [
    ...Object.entries(modes).map(([path, mode]) => `${path}\0mode ${mode.toString(8)}\0`),
    ...empty.map((path) => `${path}\0empty\0`),
  ];
  lines.sort(byCodeUnit);
  return hash('sha256', `${gitTree(root, store)}\0${lines.join('')}`);
};

/** Every file, with its byte path. */
export function* filesOf(dir: DirNode, prefix = ''): Generator<[string, FileNode]> {
  for (const [name, node] of dir.children) {
    if (node.type === 'file') yield [`${prefix}${name}`, node];
    if (node.type === 'dir') yield* filesOf(node, `${prefix}${name}/`);
  }
}

/** What differs between two states, with byte paths; directories where their own mode does or where they come or go. */
export function* differences(
  from: DirNode,
  to: DirNode,
  prefix = '',
): Generator<{ path: string; from: Node | undefined; to: Node | undefined }> {
  if (from === to) return;
  const names = new Set([...from.children.keys(), ...to.children.keys()]);
  for (const name of [...names].sort(byCodeUnit)) {
    const [a, b] = [from.children.get(name), to.children.get(name)];
    const path = `${prefix}${name}`;
    if (!alike(a, b)) yield { path, from: a, to: b };
    if (a?.type !== 'dir' && b?.type !== 'dir') continue;
    yield* differences(a?.type === 'dir' ? a : EMPTY, b?.type === 'dir' ? b : EMPTY, `${path}/`);
  }
}
