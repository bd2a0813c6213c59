/** `PATH@COMMIT`: which files a commit of a local repository has, and whether a workspace can hold them. Nothing is checked out. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { nameProblem, shownName, toText } from '../worlds/workspace/names.ts';
import { MAX_BYTES, MAX_ENTRIES, MAX_TOTAL } from '../worlds/workspace/scan.ts';

export interface RepoEntry {
  /** Byte path. */
  path: string;
  kind: 'file' | 'program' | 'link';
  /** Of the blob. */
  id: string;
}

export interface RepoTree {
  /** Absolute. */
  path: string;
  /** In full. */
  commit: string;
  entries: readonly RepoEntry[];
}

/** A listing of 100,000 long paths. Bytes. */
const MAX_LISTING = 256 * 1024 * 1024;

/** Nothing of the caller's own git, no questions, and no repository further up than the one that is named. */
export const gitEnv = (path: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CEILING_DIRECTORIES: dirname(path),
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
});

/**
 * @param base what a relative path is relative to
 * @throws Error with a clause that says what is wrong
 */
export const repoTree = (base: string, repo: string): RepoTree => {
  // A commit may hold an @ too, as in main@{1}.
  const [, named = '', revision = ''] = /^(.+)@((?!\{)[^@]*(?:@\{.*)?)$/s.exec(repo) ?? [];
  if (named === '' || revision === '') throw new Error('it must name a repository and a commit: PATH@COMMIT');
  if (revision.startsWith('-')) throw new Error(`${revision} is no commit`);
  const path = realPath(resolve(base, named), named);
  git(path, ['rev-parse', '--git-dir'], () => `there is no git repository at ${named}`);
  const commit = git(
    path,
    ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`],
    () => `the repository ${named} has no commit ${revision}`,
  ).trim();
  const listing = git(
    path,
    ['ls-tree', '-r', '-z', '--long', '--full-tree', commit],
    (said) => `the files of ${commit.slice(0, 12)} cannot be listed (${said})`,
  );
  return { path, commit, entries: entriesOf(listing) };
};

const realPath = (path: string, named: string): string => {
  try {
    return realpathSync(path);
  } catch {
    throw new Error(`there is no ${named}`);
  }
};

/** @returns what it prints, one character a byte */
const git = (path: string, args: readonly string[], problem: (said: string) => string): string => {
  try {
    return execFileSync('git', ['-C', path, ...args], {
      env: gitEnv(path),
      encoding: 'latin1',
      maxBuffer: MAX_LISTING,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new Error('git is not in PATH; install the package git');
    const said =
      (stderr ?? '')
        .trim()
        .split('\n')[0]
        ?.replace(/^fatal: /, '') ?? '';
    // Not ours to decide: git trusts no repository of another user, unless its own settings say so.
    if (said.includes('dubious ownership'))
      throw new Error(`git refuses it (${said}); see safe.directory in git's settings`);
    throw new Error(problem(said));
  }
};

const KINDS: Record<string, RepoEntry['kind']> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'program',
  '120000': 'link',
};

const entriesOf = (listing: string): RepoEntry[] => {
  const found: RepoEntry[] = [];
  const dirs = new Set<string>();
  let total = 0;
  for (const line of listing.split('\0')) {
    if (line === '') continue;
    const [head = '', path = ''] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)];
    const [mode = '', , id = '', size = ''] = head.split(/ +/);
    const kind = KINDS[mode];
    if (kind === undefined) throw new Error(`${shownName(path)} is a submodule, and a workspace holds no repositories`);
    const problem = nameProblem(path);
    if (problem !== undefined) throw new Error(`${shownName(path)}: ${problem.detail}`);
    if (Number(size) > MAX_BYTES) throw new Error(`${toText(path)} has more than ${MAX_BYTES} bytes`);
    total += Number(size);
    if (total > MAX_TOTAL) throw new Error(`it has more than ${MAX_TOTAL} bytes in all`);
    for (let dir = dirname(path); dir !== '.' && !dirs.has(dir); dir = dirname(dir)) dirs.add(dir);
    found.push({ path, kind, id });
    if (found.length + dirs.size > MAX_ENTRIES)
      throw new Error(`it has more than ${MAX_ENTRIES} files and directories`);
  }
  return found;
};
