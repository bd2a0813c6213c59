/** What changed between two states, as text for people: unified, in git's words, bounded. */
import { createTwoFilesPatch } from 'diff';
import { shownName } from './names.ts';
import type { ObjectStore } from './objects.ts';
import { type DirNode, differences, type Node } from './tree.ts';

/** UTF-16 units of a whole diff; what goes beyond is counted. */
export const MAX_DIFF = 64 * 1024;
/** Bytes of a file whose lines are still compared. */
const MAX_COMPARED = 512 * 1024;
/** Edited lines after which two files count as altogether different: looking for them takes time by the square. */
const MAX_EDITS = 2000;

export const diffStates = (from: DirNode, to: DirNode, store: ObjectStore): string => {
  let text = '';
  let left = 0;
  for (const change of differences(from, to)) {
    if (left === 0) text += shown(change, store);
    if (text.length > MAX_DIFF) left += 1;
  }
  if (left === 0) return text;
  const cut = text.slice(0, MAX_DIFF).toWellFormed();
  return `${cut.slice(0, cut.lastIndexOf('\n') + 1)}(cut here; ${left - 1} more paths differ)\n`;
};

const shown = (change: { path: string; from: Node | undefined; to: Node | undefined }, store: ObjectStore): string => {
  const { from, to } = change;
  const path = shownName(change.path);
  const lines = [`diff a/${path} b/${path}`];
  if (from === undefined) lines.push(`new ${kindOf(to)}`);
  else if (to === undefined) lines.push(`deleted ${kindOf(from)}`);
  else if (kindOf(from) !== kindOf(to)) lines.push(`old ${kindOf(from)}`, `new ${kindOf(to)}`);
  const [a, b] = [contentOf(from, store), contentOf(to, store)];
  const head = `${lines.join('\n')}\n`;
  if (a.equals(b)) return head;
  const patch = isText(a) && isText(b) ? patchOf(path, from, to, a, b) : undefined;
  return `${head}${patch ?? `contents differ: ${a.length} bytes, then ${b.length}\n`}`;
};

const kindOf = (node: Node | undefined): string => {
  if (node?.type === 'file') return `file, mode ${node.mode.toString(8).padStart(3, '0')}`;
  if (node?.type === 'dir') return `directory, mode ${node.mode.toString(8).padStart(3, '0')}`;
  return 'symbolic link';
};

const contentOf = (node: Node | undefined, store: ObjectStore): Buffer =>
  node?.type === 'file' || node?.type === 'link' ? store.get('blob', node.id) : Buffer.alloc(0);

const isText = (bytes: Buffer): boolean => bytes.length <= MAX_COMPARED && !isBinary(bytes);

/** As git tells it: a NUL near the beginning. */
export const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, 8000).includes(0);

const patchOf = (
  path: string,
  from: Node | undefined,
  to: Node | undefined,
  a: Buffer,
  b: Buffer,
): string | undefined => {
  const names: [string, string] = [
    from === undefined ? '/dev/null' : `a/${path}`,
    to === undefined ? '/dev/null' : `b/${path}`,
  ];
  const [before, after] = [a, b].map((bytes) => bytes.toString('utf8')) as [string, string];
  // Against nothing there is nothing to look for.
  const maxEditLength = a.length === 0 || b.length === 0 ? Number.MAX_SAFE_INTEGER : MAX_EDITS;
  const patch = createTwoFilesPatch(...names, before, after, undefined, undefined, { maxEditLength });
  // The line of equals signs is none of git's.
  return patch?.replace(/^=+\n/, '');
};
