/** The workspace given to the user of root's sandbox, and nothing else. */
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownTree } from '../../../src/adapters/sandbox/own-tree.ts';

const USER = 65_533;

describe.skipIf(process.getuid?.() !== 0)('the workspace of a user (needs root, who alone can give files away)', () => {
  let dir: string;
  const at = (name: string): string => join(dir, name);
  const ownerOf = (name: string): number => lstatSync(at(name)).uid;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'own-tree-'));
    mkdirSync(at('workspace/deep/deeper'), { recursive: true });
    writeFileSync(at('outside'), 'x');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test('directories, files, links, pipes, names that are no UTF-8, and what nobody may read', async () => {
    writeFileSync(at('workspace/deep/deeper/file'), 'x');
    chmodSync(at('workspace/deep/deeper/file'), 0);
    chmodSync(at('workspace/deep'), 0);
    symlinkSync('nowhere', at('workspace/link'));
    execFileSync('mkfifo', [at('workspace/pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(at('workspace/')), Buffer.of(0xff)]), 'x');
    await ownTree(at('workspace'), USER);
    for (const name of ['', '/deep', '/deep/deeper', '/deep/deeper/file', '/link', '/pipe']) {
      expect(ownerOf(`workspace${name}`), name).toBe(USER);
    }
    expect(lstatSync(Buffer.concat([Buffer.from(at('workspace/')), Buffer.of(0xff)])).uid).toBe(USER);
    expect(lstatSync(at('workspace/deep')).mode & 0o777).toBe(0);
  });

  test('a link to the outside stays a link, and the outside stays ours', async () => {
    symlinkSync('../outside', at('workspace/link'));
    symlinkSync('..', at('workspace/up'));
    await ownTree(at('workspace'), USER);
    expect(ownerOf('outside')).toBe(0);
    expect(lstatSync(dir).uid).toBe(0);
  });

  test('a second name of a file that is outside too is left alone', async () => {
    linkSync(at('outside'), at('workspace/second'));
    await ownTree(at('workspace'), USER);
    expect(ownerOf('outside')).toBe(0);
  });

  test('modes stay, set-id bits among them', async () => {
    for (const [name, mode] of [
      ['a', 0o4755],
      ['b', 0o2750],
      ['c', 0o6711],
      ['d', 0o600],
    ] as const) {
      writeFileSync(at(`workspace/${name}`), 'x');
      chmodSync(at(`workspace/${name}`), mode);
    }
    await ownTree(at('workspace'), USER);
    expect(['a', 'b', 'c', 'd'].map((name) => lstatSync(at(`workspace/${name}`)).mode & 0o7777)).toEqual([
      0o4755, 0o2750, 0o6711, 0o600,
    ]);
  });

  test('a link in place of the workspace is refused', async () => {
    symlinkSync('outside', at('swapped'));
    await expect(ownTree(at('swapped'), USER)).rejects.toThrow();
    expect(ownerOf('outside')).toBe(0);
  });
});
