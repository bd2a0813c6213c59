/** Which code this is: the package's version, and the commit where it runs from a repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './manifest.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 });

export const codeVersion = (): Manifest['code'] => ({ version: packageVersion(), commit: commit() });

const commit = (): string | null => {
  // Installed below somebody else's repository, that one's commit would say nothing about this code.
  if (!existsSync(join(root, '.git'))) return null;
  try {
    const head = git('rev-parse', 'HEAD').trim();
    return git('status', '--porcelain', '--untracked-files=no') === '' ? head : `${head}+`;
  } catch {
    return null;
  }
};
