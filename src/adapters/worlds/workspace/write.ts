/** SYS_WRITE: what is refused, what the file then holds, and how it gets there. */
import type { WorldRequest } from '../../../kernel/records/events.ts';
import { MAX_FILE } from '../memory-core.ts';
import { patchText } from '../patch.ts';
import { isRoot, parents, pathProblem } from '../paths.ts';
import { forSystem, nameProblem, segmentsOf, toBytes, toText } from './names.ts';
import type { ObjectStore } from './objects.ts';
import { at, openDir, walk, within } from './open-at.ts';
import type { Placer } from './place.ts';
import { type DirNode, EMPTY, FILE_MODE, type FileNode, nodeAt, withNode } from './tree.ts';

type WriteRequest = Extract<WorldRequest, { op: 'SYS_WRITE' }>;

/** Why an op is refused: an errno and a clause. */
export interface Refusal {
  errno: string;
  detail: string;
}

/** What is written over where, as decided before anything is touched. */
export interface Plan {
  /** Byte path. */
  path: string;
  bytes: Buffer;
  mode: number;
}

/** Owner's bits. The console's own user, who may be root, does not matter: a mode means the same to every run. */
const [READ, WRITE, ENTER] = [0o400, 0o200, 0o100];

/** Why a target cannot be a path of a workspace. */
export const targetProblem = (target: string): Refusal | undefined => {
  const problem = pathProblem(target);
  return problem === undefined ? nameProblem(toBytes(target)) : { errno: 'EINVAL', detail: problem };
};

/** Why what a target names, or would name, cannot be come by: a link or a locked directory on the way, a file as a directory. */
export const wayProblem = (root: DirNode, target: string): Refusal | undefined => {
  for (const parent of parents(target)) {
    const node = nodeAt(root, toBytes(parent));
    if (node === undefined) return undefined;
    if (node.type === 'link') return { errno: 'ELOOP', detail: `${parent} is a symbolic link, and none is followed` };
    if (node.type !== 'dir') return { errno: 'ENOTDIR', detail: `${parent} is a file` };
    if (!mayEnter(node)) return denied(parent, node.mode);
  }
  return undefined;
};

/** Where a link points, for whoever asked for the link. */
export const linkProblem = (store: ObjectStore, id: string): string =>
  `is a symbolic link to ${toText(store.get('blob', id).toString('latin1'))}, and none is followed; name the file itself`;

export const mayRead = ({ mode }: { mode: number }): boolean => (mode & READ) !== 0;
const mayEnter = ({ mode }: { mode: number }): boolean => (mode & ENTER) !== 0;

export const denied = (what: string, mode: number): Refusal => ({
  errno: 'EACCES',
  detail: `the mode of ${what} is ${mode.toString(8).padStart(3, '0')}, which denies it to its owner`,
});

export const planWrite = (root: DirNode, store: ObjectStore, request: WriteRequest): Plan | Refusal => {
  const { target, mode, content } = request;
  const wrong = targetProblem(target);
  if (wrong !== undefined) return wrong;
  const path = toBytes(target);
  if (isRoot(target) || target.endsWith('/')) return isDirectory;
  const inTheWay = wayProblem(root, target);
  if (inTheWay !== undefined) return inTheWay;
  const node = nodeAt(root, path);
  if (node?.type === 'dir') return isDirectory;
  if (node?.type === 'link') return { errno: 'ELOOP', detail: linkProblem(store, node.id) };
  const file = node?.type === 'file' ? node : undefined;
  const locked = file === undefined ? lockedParent(root, target) : undefined;
  if (locked !== undefined) return locked;
  if (file !== undefined && (file.mode & WRITE) === 0) return denied(target, file.mode);
  const old = file === undefined || mode === 'replace' ? Buffer.alloc(0) : store.get('blob', file.id);
  const bytes = contentOf(old, mode, content.toWellFormed());
  if ('errno' in bytes) return bytes;
  // No text has more characters than bytes.
  if (bytes.length > MAX_FILE && bytes.toString('utf8').length > MAX_FILE) {
    return { errno: 'EFBIG', detail: `a file holds at most ${MAX_FILE} characters` };
  }
  return { path, bytes, mode: file?.mode ?? FILE_MODE };
};

const isDirectory: Refusal = { errno: 'EISDIR', detail: 'is a directory' };

/** The directory in which a new file or a new directory comes to stand. */
const lockedParent = (root: DirNode, target: string): Refusal | undefined => {
  let [node, name] = [root, 'the workspace'];
  for (const parent of parents(target)) {
    const next = nodeAt(root, toBytes(parent));
    if (next?.type !== 'dir') break;
    [node, name] = [next, parent];
  }
  return (node.mode & WRITE) === 0 ? denied(name, node.mode) : undefined;
};

const contentOf = (old: Buffer, mode: WriteRequest['mode'], content: string): Buffer | Refusal => {
  if (mode !== 'patch') return Buffer.concat([old, Buffer.from(content)]);
  const text = old.toString('utf8');
  if (!old.equals(Buffer.from(text))) return { errno: 'EINVAL', detail: 'is no UTF-8 text, so no patch applies to it' };
  const patched = patchText(text, content);
  return patched.ok ? Buffer.from(patched.text) : { errno: 'EINVAL', detail: patched.why };
};

/**
 * Writes as planned; what stands on disk may by now be something else than when it was planned, and is then not followed.
 * @returns the state that this makes
 */
export const write = (dir: string, root: DirNode, store: ObjectStore, place: Placer, plan: Plan): DirNode => {
  const segments = segmentsOf(plan.path);
  const name = segments.pop() as string;
  const { changed, fd } = withParents(dir, root, place, segments);
  return within(fd, () => {
    const node: FileNode = { type: 'file', mode: plan.mode, id: store.put('blob', plan.bytes), seen: null };
    return withNode(changed, [...segments, name], place.file(fd, name, node, plan.bytes));
  });
};

/** Opens the directory at the end of `segments`, made where it is missing. */
const withParents = (
  dir: string,
  root: DirNode,
  place: Placer,
  segments: readonly string[],
): { changed: DirNode; fd: number } => {
  let changed = root;
  let fd = walk(forSystem(dir), []);
  segments.forEach((segment, i) => {
    fd = within(fd, (parent) => {
      const here = segments.slice(0, i + 1);
      if (nodeAt(changed, here.join('/')) === undefined) {
        place.dir(parent, segment);
        changed = withNode(changed, here, EMPTY);
      }
      return openDir(at(parent, segment));
    });
  });
  return { changed, fd };
};
