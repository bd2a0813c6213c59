/**
 * The workspace, the state that it is in, and the commits behind it, kept together. Nothing here knows of ops.
 *
 * A state is a value (`tree.ts`) and a commit (`history.ts`). What changes the workspace between two ops is taken in as a commit
 * of its own, so that the world hash always tells what is there; where that cannot be held, the state stays the one from before.
 */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { diffStates } from './diff.ts';
import { type Commit, History } from './history.ts';
import { loadState } from './load.ts';
import { forSystem, segmentsOf, toBytes, toText } from './names.ts';
import { ObjectStore, ShadowDamaged } from './objects.ts';
import { walk, within } from './open-at.ts';
import { Placer } from './place.ts';
import { putBack } from './put-back.ts';
import { type Problem, scan } from './scan.ts';
import { DIR_MODE, type DirNode, differences, dirNode, nodeAt, withNode, withRoomAt, worldHash } from './tree.ts';
import { type Plan, write } from './write.ts';

/** Paths of one commit that are told apart. */
const MAX_PATHS = 200;

/** A state and the commit that led to it. */
export interface Token {
  root: DirNode;
  commit: string;
}

/** What changed between two committed states of a workspace that may be in use, or gone. Bounded text; rejects with one sentence. */
export const shadowDiff = async (shadow: string, fromHash: string, toHash: string): Promise<string> => {
  const store = ObjectStore.existing(resolve(shadow));
  const history = new History(store);
  await history.load();
  return diffOf(store, history, fromHash, toHash);
};

export class HeldState {
  readonly store: ObjectStore;
  /** Byte path. */
  readonly #dir: string;
  readonly #history: History;
  readonly #place: Placer;
  #root: DirNode = dirNode(DIR_MODE, []);
  #hash = '';

  constructor(dir: string, shadow: string) {
    this.#dir = toBytes(resolve(dir));
    this.store = new ObjectStore(resolve(shadow));
    this.#history = new History(this.store);
    this.#makeDir();
    this.#place = new Placer(this.store, this.#dir);
  }

  /** As it was last seen. */
  get root(): DirNode {
    return this.#root;
  }

  /** Of the last commit. */
  get hash(): string {
    return this.#hash;
  }

  /** Commits that led here, oldest first; the first is no op. */
  get line(): readonly Commit[] {
    return this.#history.line;
  }

  /** Absolute. */
  get dir(): string {
    return toText(this.#dir);
  }

  get token(): Token {
    return { root: this.#root, commit: this.#history.head?.id ?? '' };
  }

  /** Takes up what an earlier process has left. @returns whether there was anything */
  async takeUp(): Promise<boolean> {
    this.store.clean();
    await this.#history.load();
    const { head } = this.#history;
    if (head === undefined) return false;
    this.#root = loadState(this.store, head.tree, this.#history.beyond(head));
    this.#hash = head.hash;
    return true;
  }

  /** Takes in what has happened since the last op. @returns what a world cannot hold; the state is then the one from before */
  async settle(): Promise<Problem | undefined> {
    const before = this.#root;
    const problem = await this.look();
    if (problem !== undefined || this.#root === before) return problem;
    if (this.isChanged()) this.commit('(outside)', this.changedSince(before));
    return undefined;
  }

  /** Looks at the workspace, committing nothing. @returns as `settle` does */
  async look(): Promise<Problem | undefined> {
    const { root, problems, twins } = await scan(this.#dir, this.#root, this.store);
    if (problems[0] !== undefined) return problems[0];
    this.#root = twins.reduce((state, path) => this.#parted(state, path), root);
    return undefined;
  }

  /** Whether what was seen is another state than the last commit's. */
  isChanged(): boolean {
    return worldHash(this.#root, this.store) !== this.#hash;
  }

  /** Paths as text; `''` alone stands for too many. */
  changedSince(before: DirNode): string[] {
    const paths = [...differences(before, this.#root)].map(({ path }) => toText(path));
    return paths.length > MAX_PATHS ? [''] : paths;
  }

  write(plan: Plan): void {
    this.#root = write(this.#dir, this.#root, this.store, this.#place, plan);
  }

  commit(op: string, paths: string[], isWrite = false): void {
    this.#hash = worldHash(this.#root, this.store);
    this.#history.commit(this.#root, this.#hash, { op, paths, isWrite });
  }

  /** Makes the workspace what it was, whatever is there now. */
  async become({ root, commit }: Token): Promise<void> {
    const { root: now } = await scan(this.#dir, this.#root, this.store, 'compare');
    this.#root = await putBack(this.#dir, now, root, this.store);
    this.#history.moveTo(commit);
    this.#hash = this.#history.head?.hash ?? '';
  }

  /** Makes the workspace, which may be gone, a state that was committed. @param writes how many led to it, where that is known */
  async restoreTo(hash: string, writes: number | undefined): Promise<void> {
    const commit = found(this.store, this.#history, hash, writes);
    const root = loadState(this.store, commit.tree, this.#history.beyond(commit));
    if (worldHash(root, this.store) !== hash) {
      throw new ShadowDamaged(`the state ${hash.slice(0, 8)} in ${this.store.dir} is not what it was`);
    }
    this.#makeDir();
    await this.become({ root, commit: commit.id });
    // By another look, since this is where a run trusts what an earlier process has left.
    const { root: now, problems } = await scan(this.#dir, this.#root, this.store);
    if (problems.length > 0 || worldHash(now, this.store) !== hash) {
      throw new Error(`the workspace ${this.dir} does not stay as it is put; something else writes to it`);
    }
  }

  /**
   * Makes a directory elsewhere, on the same file system, what the workspace was when it was last seen, with nothing at some
   * paths.
   * @returns takes the directory away again, whatever it has become
   */
  async copyTo(dir: string, without: readonly string[]): Promise<() => void> {
    const path = toBytes(resolve(dir));
    const place = new Placer(this.store, path);
    const remove = (): void => {
      if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) return;
      within(walk(dirname(resolve(dir)), []), (parent) => place.remove(parent, toBytes(basename(dir))));
    };
    // A process that was lost may have left one.
    remove();
    mkdirSync(dir);
    chmodSync(dir, DIR_MODE);
    const { root: empty } = await scan(path, null, this.store, 'compare');
    const wanted = without.reduce((root, gone) => withRoomAt(root, segmentsOf(toBytes(gone))), this.#root);
    await putBack(path, empty, wanted, this.store);
    return remove;
  }

  diff(fromHash: string, toHash: string): string {
    return diffOf(this.store, this.#history, fromHash, toHash);
  }

  /** Gives a name of a file with several names a file of its own: what is written to one must not appear under another. */
  #parted(root: DirNode, path: string): DirNode {
    const node = nodeAt(root, path);
    if (node?.type !== 'file') return root;
    const segments = segmentsOf(path);
    const fd = walk(forSystem(this.#dir), segments.slice(0, -1));
    return within(fd, () => withNode(root, segments, this.#place.file(fd, segments.at(-1) as string, node)));
  }

  #makeDir(): void {
    const path = forSystem(this.#dir);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
    mkdirSync(path, { recursive: true });
    chmodSync(path, DIR_MODE);
  }
}

const found = (store: ObjectStore, history: History, hash: string, writes?: number): Commit => {
  const commit = history.find(hash, writes);
  if (commit === undefined) throw new Error(`the shadow repository ${store.dir} has no state ${hash.slice(0, 8)}`);
  return commit;
};

const diffOf = (store: ObjectStore, history: History, fromHash: string, toHash: string): string => {
  const state = (hash: string): DirNode => {
    const commit = found(store, history, hash);
    return loadState(store, commit.tree, history.beyond(commit));
  };
  return diffStates(state(fromHash), state(toHash), store);
};
