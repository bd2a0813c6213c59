/**
 * Puts single things into a directory of the workspace. Each is made in the staging place, with its mode and owner, and renamed
 * to its name: never half there, never through a link, never into a file that has other names elsewhere.
 */
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { forSystem } from './names.ts';
import type { ObjectStore } from './objects.ts';
import { at, chmodDir, codeOf, openDir, statAt, within } from './open-at.ts';
import { DIR_MODE, type FileNode, type LinkNode, seenAt } from './tree.ts';

export class Placer {
  readonly #store: ObjectStore;
  readonly #dir: string;

  /** @param dir the workspace, as a byte path */
  constructor(store: ObjectStore, dir: string) {
    this.#store = store;
    this.#dir = dir;
  }

  /** A file with this content, over whatever file or link has the name. */
  file(dirFd: number, name: string, node: FileNode, content?: Uint8Array): FileNode {
    const staged = this.#store.stage();
    const now = Date.now();
    writeFileSync(staged, content ?? this.#store.get('blob', node.id), { flag: 'wx', mode: 0o600 });
    this.#own(staged);
    // Last: a change of owner takes set-uid away.
    chmodSync(staged, node.mode);
    this.#move(staged, dirFd, name);
    return { ...node, seen: seenAt(statAt(dirFd, name), now) };
  }

  link(dirFd: number, name: string, node: LinkNode): LinkNode {
    const staged = this.#store.stage();
    const now = Date.now();
    symlinkSync(this.#store.get('blob', node.id), staged);
    this.#own(staged);
    this.#move(staged, dirFd, name);
    return { ...node, seen: seenAt(statAt(dirFd, name), now) };
  }

  /** A new directory, open to its owner until `mode` is set. */
  dir(dirFd: number, name: string): void {
    mkdirSync(at(dirFd, name));
    this.#own(at(dirFd, name));
    within(openDir(at(dirFd, name)), (fd) => chmodDir(fd, DIR_MODE));
  }

  /** Takes away whatever has the name, however deep it is. */
  remove(dirFd: number, name: string): void {
    if (!statAt(dirFd, name).isDirectory()) {
      unlinkSync(at(dirFd, name));
      return;
    }
    // Emptied outside of the workspace and level by level: it may be deeper than any path can say.
    const doomed = [this.#store.stage()];
    this.#unlock(at(dirFd, name));
    renameSync(at(dirFd, name), doomed[0] as string);
    for (let dir = doomed.pop(); dir !== undefined; dir = doomed.pop()) {
      const gone = Buffer.from(`${dir}/`);
      for (const entry of readdirSync(dir, { encoding: 'buffer' })) {
        const path = Buffer.concat([gone, entry]);
        if (!lstatSync(path).isDirectory()) {
          unlinkSync(path);
          continue;
        }
        const moved = this.#store.stage();
        this.#unlock(path);
        renameSync(path, moved);
        doomed.push(moved);
      }
      rmdirSync(dir);
    }
  }

  #unlock(path: string | Buffer): void {
    within(openDir(path), (fd) => chmodDir(fd, 0o700));
  }

  /** All of a workspace belongs to who owns its root: where the console is root, its commands run as another user. */
  #own(path: string | Buffer): void {
    if (process.geteuid?.() !== 0) return;
    const { uid, gid } = lstatSync(forSystem(this.#dir));
    const is = lstatSync(path);
    if (is.uid !== uid || is.gid !== gid) lchownSync(path, uid, gid);
  }

  /** Over whatever file or link has the name. That goes first: replacing a file makes ext4 flush the new one, 3 ms. */
  #move(staged: string, dirFd: number, name: string): void {
    try {
      unlinkSync(at(dirFd, name));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    renameSync(staged, at(dirFd, name));
  }
}
