/**
 * Capabilities: rows of a process's own table. Everything fails closed: what is not found, is revoked, lacks a right or leads
 * out of the subtree is denied (K4).
 */
import { draw } from './digest.ts';
import type { Cap } from './records/index.ts';
import type { Proc, State } from './state.ts';
import { LIMITS, type Rights } from './syscalls.ts';
import type { RootCap } from './task.ts';
import { clip } from './text.ts';

/** A row by its handle or its URL, whatever the style; for replies that were accepted already. */
export const findCap = (proc: Proc, asked: string): Cap | undefined =>
  proc.caps[asked] ?? Object.values(proc.caps).find((cap) => cap.url === asked);

/** A URL must fit into a reply's `cap`, else its row could not be used. */
const TAIL_MAX = 64;

export const isDirectory = (target: string): boolean => target.endsWith('/');

const tail = (target: string): string => clip(target.replace(/\/$/, '').split('/').at(-1) || 'root', TAIL_MAX);

/** The URL of a handle: rights, a number that cannot be guessed, and the target's last part for the reader's sake. */
const capUrl = (seed: number, pid: number, n: number, rights: Rights, target: string): string => {
  const hex = draw(seed, 'cap', pid, n, 0).toString(16).padStart(8, '0');
  return `vfd://${rights}/${hex}/${tail(target)}`;
};

export const rootCap = (seed: number, pid: number, n: number, root: RootCap): Cap => ({
  handle: `h${n}`,
  url: capUrl(seed, pid, n, root.rights, root.target),
  rights: root.rights,
  target: root.target,
  ...(root.rights === 'x' ? { argv: root.argv, more: root.more } : {}),
  from: null,
  revoked: false,
});

const covers = (held: Rights, wanted: Rights): boolean =>
  held === wanted || (held === 'rw' && (wanted === 'r' || wanted === 'w'));

/** A row for a child, derived from the parent's; it keeps the parent's number where that is free, like an inherited descriptor. */
export const deriveCaps = (
  seed: number,
  pid: number,
  parent: Proc,
  wanted: readonly { cap: string; rights: Rights }[],
): Cap[] => {
  const rows: Cap[] = [];
  for (const { cap: asked, rights } of wanted) {
    const source = findCap(parent, asked);
    if (source === undefined || source.revoked || !covers(source.rights, rights)) continue;
    const taken = rows.map((row) => Number(row.handle.slice(1)));
    const own = Number(source.handle.slice(1));
    const n = taken.includes(own) ? Math.max(...taken) + 1 : own;
    const from = { pid: parent.pid, handle: source.handle };
    rows.push({ ...source, handle: `h${n}`, url: capUrl(seed, pid, n, rights, source.target), rights, from });
  }
  return rows;
};

/** Every row derived from one, at any depth, and that row itself. */
export const descendants = (state: State, pid: number, handle: string): { pid: number; handle: string }[] => {
  const found = [{ pid, handle }];
  for (const parent of found) {
    for (const proc of Object.values(state.procs)) {
      for (const { from, handle: child } of Object.values(proc.caps)) {
        if (from?.pid === parent.pid && from.handle === parent.handle) found.push({ pid: proc.pid, handle: child });
      }
    }
  }
  return found.filter((row) => state.procs[row.pid]?.caps[row.handle]?.revoked === false);
};

export type Denial = { reason: 'unknown' | 'revoked' | 'insufficient' | 'path'; why: string };

const hasControl = (text: string): boolean => {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f) return true;
  return false;
};

/** A path below a directory: relative, plain names between single slashes. */
const plainPath = (path: string): boolean =>
  !hasControl(path) && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');

/**
 * Resolves what a brain asked for in its own table.
 * @param need the right that the op takes
 */
export const checkCap = (state: State, proc: Proc, asked: string, need: Rights, path?: string): Cap | Denial => {
  const short = state.policy.handleStyle === 'short';
  const cap = short
    ? Object.hasOwn(proc.caps, asked)
      ? proc.caps[asked]
      : undefined
    : Object.values(proc.caps).find((row) => row.url === asked);
  if (cap === undefined) return { reason: 'unknown', why: 'no such handle' };
  if (cap.revoked) return { reason: 'revoked', why: 'this handle was revoked' };
  if (!covers(cap.rights, need)) return { reason: 'insufficient', why: `it has ${cap.rights}, not ${need}` };
  if (need === 'x') return cap;
  if (path !== undefined && !isDirectory(cap.target)) return { reason: 'path', why: 'it is a file and takes no path' };
  if (path !== undefined && !plainPath(path)) return { reason: 'path', why: 'its path leads out of it' };
  if (path === undefined && isDirectory(cap.target) && need === 'w')
    return { reason: 'path', why: 'it is a directory and needs a path' };
  if (targetOf(cap, path).length > LIMITS.path) return { reason: 'path', why: 'its path is too long' };
  return cap;
};

export const isDenial = (found: Cap | Denial): found is Denial => 'reason' in found;

/** Where a handle and a path lead. The root directory `./` adds nothing to its paths. */
export const targetOf = (cap: Cap, path: string | undefined): string =>
  `${cap.target === './' && path !== undefined ? '' : cap.target}${path ?? ''}`;

/** Edit distance of two short texts. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** Live rows, those nearest to what was asked for first: by the target's name, then by the right, then by number. */
export const nearestCaps = (proc: Proc, asked: string, need: string): Cap[] => {
  const name = tail(asked);
  const score = (cap: Cap): number =>
    4 * Math.min(distance(name, tail(cap.target)), distance(name, cap.handle)) + (cap.rights.includes(need) ? 0 : 3);
  return Object.values(proc.caps)
    .filter((cap) => !cap.revoked)
    .map((cap) => ({ cap, score: score(cap) }))
    .sort(
      (a, b) =>
        a.score - b.score || a.cap.handle.length - b.cap.handle.length || (a.cap.handle < b.cap.handle ? -1 : 1),
    )
    .map(({ cap }) => cap);
};
