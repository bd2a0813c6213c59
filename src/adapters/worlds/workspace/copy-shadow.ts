/** A shadow repository of its own for a branch of a run. */
import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectStore } from './objects.ts';
import { codeOf } from './open-at.ts';

/**
 * Copies all states, for a world that then restores one of them. The origin may be in use: references are taken first, and what
 * they name never changes. Objects are shared as hard links where the file system lets them be.
 * @param to must not hold a repository yet
 */
export const copyShadow = (from: string, to: string): void => {
  const origin = ObjectStore.existing(from);
  const heads = ['refs/heads', 'refs/kept'].flatMap((prefix) => origin.named(prefix));
  const objects = join(from, 'objects');
  for (const sub of readdirSync(objects)) {
    const [source, target] = [join(objects, sub), join(to, 'objects', sub)];
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(source)) share(join(source, name), join(target, name));
  }
  const copy = new ObjectStore(to);
  for (const [name, id] of heads) copy.setRef(name, id);
};

const share = (from: string, to: string): void => {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error;
    copyFileSync(from, to);
  }
};
