/** Reads a committed state back out of the shadow repository. */

import { segmentsOf } from './names.ts';
import type { ObjectStore } from './objects.ts';
import { ShadowDamaged } from './objects.ts';
import { type Beyond, DIR_MODE, type DirNode, dirNode, modeInGit, type Node, withNode } from './tree.ts';

/** Bytes of an object id. */
const ID = 32;

/** @param tree id of a git tree, '' for none */
export const loadState = (store: ObjectStore, tree: string, { modes, empty }: Beyond): DirNode => {
  const load = (id: string, path: string): DirNode => {
    const prefix = path === '' ? '' : `${path}/`;
    const children = entriesOf(store.get('tree', id)).map(({ mode, name, id }): [string, Node] => {
      const own = `${prefix}${name}`;
      if (mode === '40000') return [name, load(id, own)];
      if (mode === '120000') return [name, { type: 'link', id, seen: null }];
      return [name, { type: 'file', mode: modes[own] ?? modeInGit(mode), id, seen: null }];
    });
    return dirNode(modes[path] ?? DIR_MODE, children);
  };
  let root = tree === '' ? dirNode(modes[''] ?? DIR_MODE, []) : load(tree, '');
  // Sorted, so that a directory comes before what is in it.
  for (const path of empty) root = withNode(root, segmentsOf(path), dirNode(modes[path] ?? DIR_MODE, []));
  return root;
};

const entriesOf = (body: Buffer): { mode: string; name: string; id: string }[] => {
  const found: { mode: string; name: string; id: string }[] = [];
  for (let start = 0; start < body.length; ) {
    const space = body.indexOf(0x20, start);
    const end = body.indexOf(0, space);
    if (space < 0 || end < 0 || end + 1 + ID > body.length)
      throw new ShadowDamaged('a tree of the shadow repository is cut short');
    found.push({
      mode: body.toString('latin1', start, space),
      name: body.toString('latin1', space + 1, end),
      id: body.toString('hex', end + 1, end + 1 + ID),
    });
    start = end + 1 + ID;
  }
  return found;
};
