/** Undoes git's housekeeping: objects that `git gc` has put into packs become single files again. The packs stay. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIG = '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n';
/** Nothing of the user's or the system's configuration. */
const ENV = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };

/**
 * @param work a directory that is made for it and taken away
 * @throws Error with one sentence where git is missing or fails
 */
export const unpackAll = (shadow: string, work: string): void => {
  const packs = readdirSync(join(shadow, 'objects'))
    .filter((name) => name === 'pack')
    .flatMap((name) => readdirSync(join(shadow, 'objects', name)))
    .filter((name) => name.endsWith('.pack'));
  if (packs.length === 0) return;
  rmSync(work, { recursive: true, force: true });
  // A repository of its own: git leaves out what the one it works in already has, packs included.
  for (const sub of ['objects', 'refs']) mkdirSync(join(work, sub), { recursive: true });
  writeFileSync(join(work, 'HEAD'), 'ref: refs/heads/none\n');
  writeFileSync(join(work, 'config'), CONFIG);
  for (const pack of packs) {
    const input = openSync(join(shadow, 'objects/pack', pack), 'r');
    const done = spawnSync('git', ['--git-dir', work, 'unpack-objects', '-q'], {
      env: ENV,
      stdio: [input, 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(input);
    if (done.status !== 0) {
      const why = done.error?.message ?? done.stderr.trim();
      throw new Error(`the objects of ${shadow} were packed by git gc and cannot be unpacked with git: ${why}`);
    }
  }
  for (const fan of readdirSync(join(work, 'objects'))) {
    if (!/^[0-9a-f]{2}$/.test(fan)) continue;
    mkdirSync(join(shadow, 'objects', fan), { recursive: true });
    for (const name of readdirSync(join(work, 'objects', fan))) {
      renameSync(join(work, 'objects', fan, name), join(shadow, 'objects', fan, name));
    }
  }
  rmSync(work, { recursive: true, force: true });
};
