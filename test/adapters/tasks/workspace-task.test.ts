/** A task file that asks for a workspace: what it may say, and what is refused in which sentence. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkTask, exportRepo, loadTask } from '../../../src/adapters/tasks/index.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'workspace-task-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const put = (path: string, text: string | Uint8Array): string => {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
};

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', join(home, 'project'), '-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** A repository with everything that a filter, an attribute or a checkout could change. */
const project = (): string => {
  put('project/src/a.js', 'one\n$Id$\n');
  put('project/.gitattributes', '*.js text eol=crlf ident export-ignore\n');
  put('project/.gitignore', 'ignored\n');
  put('project/bin/run', '#!/bin/sh\n');
  chmodSync(join(home, 'project/bin/run'), 0o755);
  put('project/bytes', new Uint8Array([0, 255, 254]));
  symlinkSync('../bytes', join(home, 'project/src/link'));
  git('init', '-q', '-b', 'main');
  git('-c', 'core.autocrlf=false', 'add', '-A');
  git('commit', '-q', '-m', 'first');
  git('tag', 'v1');
  return join(home, 'project');
};

const TASK = { goal: 'Do it.', world: 'workspace', capabilities: [{ rights: 'rw', target: './' }] };
const CHECK = { grader: { file: 'A', equals: 'x' } };
const COMMAND = { grader: { command: ['sh', 'judge.sh'], files: { 'judge.sh': 'exit 1' } } };

const task = (fields: Record<string, unknown>): string => put('task.yaml', JSON.stringify({ ...TASK, ...fields }));
const problem = (fields: Record<string, unknown>, repo?: string): string => {
  const path = task(fields);
  try {
    checkTask(path, repo);
  } catch (error) {
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message.replaceAll(`${home}/`, '');
  }
  throw new Error('it was taken');
};

describe('a task in a workspace', () => {
  it('takes any command, and a command as its grader', () => {
    put('judge/hidden/test.sh', 'exit 2\n');
    const loaded = checkTask(
      task({
        commands: [{ name: 'test', argv: ['node', '--test'] }],
        grader: { command: ['sh', 'a.sh'], files: { 'a.sh': 'x' }, dir: 'judge', words: { 2: 'No.' }, timeoutMs: 5 },
      }),
    );
    expect(loaded).toMatchObject({ world: 'workspace', repo: null, files: {} });
    expect(loaded.spec.caps).toContainEqual({ rights: 'x', target: 'test', argv: ['node', '--test'], more: false });
    const files = { 'hidden/test.sh': 'exit 2\n', 'a.sh': 'x' };
    expect(loaded.judge).toEqual({ command: { command: ['sh', 'a.sh'], files, words: { 2: 'No.' }, timeoutMs: 5 } });
  });

  it('takes checks as before', () => {
    expect(checkTask(task(CHECK)).judge).toEqual({ checks: [CHECK.grader] });
  });

  it.each([
    ['a world that is none', { ...CHECK, world: 'disk' }, /: world: expected one of "memory"\|"workspace"/],
    [
      'a repository in memory',
      { ...CHECK, world: 'memory', repo: '.@HEAD' },
      /: repo: it needs files: say "world: workspace"/,
    ],
    ['a command as the grader in memory', { ...COMMAND, world: 'memory' }, /: grader\.command: it needs files: say /],
    [
      'a program in memory',
      { ...CHECK, world: 'memory', commands: [{ name: 'rm', argv: ['rm'] }] },
      /: commands\[0\]\.argv: a task's world is in memory and runs only .*, unless it says "world: workspace"/,
    ],
    [
      'a file of git',
      { ...CHECK, files: { '.git/config': '' } },
      /: files: file "\.git\/config": "\.git" is kept for git/,
    ],
    [
      'a capability on what is kept for git',
      { ...CHECK, capabilities: [{ rights: 'rw', target: '.git/' }] },
      /: capabilities\[0\]\.target: "\.git" is kept for git/,
    ],
    ['no program', { grader: { command: [] } }, /: grader\.command: /],
    ['a grader of both kinds', { grader: { command: ['x'], equals: 'y' } }, /: grader\.equals: there is no such field/],
    ['words for what is no status', { grader: { command: ['x'], words: { no: 'y' } } }, /: grader\.words\.no: /],
    ['a judging file outside', { grader: { command: ['x'], files: { '../x': '' } } }, /: grader\.files\.\.\.\/x: /],
    [
      'a judging directory that is none',
      { grader: { command: ['x'], dir: 'gone' } },
      /: grader\.dir: there is no such/,
    ],
  ])('is refused with %s', (_, fields, message) => {
    expect(problem(fields)).toMatch(message);
  });

  it('is refused where the world is made of what the grader knows', () => {
    put('all/judge/x', 'secret');
    const grader = { command: ['x'], dir: 'all/judge' };
    expect(problem({ dir: 'all', grader })).toMatch(
      /: grader\.dir: the world is made of it too, so a brain could read it/,
    );
  });
});

describe('repo: PATH@COMMIT', () => {
  it('is the commit in full, and its files as git keeps them, without .git', async () => {
    const path = project();
    const { repo } = checkTask(task({ ...CHECK, repo: 'project@v1' }));
    expect(repo).toMatchObject({ path, commit: git('rev-parse', 'HEAD') });
    const out = join(home, 'out');
    await exportRepo(repo as NonNullable<typeof repo>, out);
    expect(readFileSync(join(out, 'src/a.js'), 'utf8')).toBe('one\n$Id$\n');
    expect(readFileSync(join(out, 'bytes'))).toEqual(Buffer.from([0, 255, 254]));
    expect(readlinkSync(join(out, 'src/link'))).toBe('../bytes');
    expect(lstatSync(join(out, 'bin/run')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(out, '.git'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('may be the first of many commits, and one with an @', () => {
    project();
    put('project/src/a.js', 'later');
    git('commit', '-q', '-a', '-m', 'second');
    const at = (repo: string) => checkTask(task({ ...CHECK, repo })).repo?.commit;
    expect(at('project@main~1')).toBe(git('rev-parse', 'v1'));
    expect(at('project@main@{0}')).toBe(git('rev-parse', 'main'));
    expect(at(`project@${git('rev-parse', '--short', 'v1')}`)).toBe(git('rev-parse', 'v1'));
  });

  it('is overridden by --repo, relative to where the command is given', () => {
    const path = project();
    const file = task({ ...CHECK, repo: 'gone@v1' });
    expect(checkTask(file, `${path}@v1`).repo?.path).toBe(path);
    expect(problem(CHECK, 'gone@v1')).toBe('--repo gone@v1: there is no gone.');
    expect(() => loadTask('hello', 1, 'x@y')).toThrow(/^hello is a task in memory: --repo needs a task\.yaml/);
  });

  it.each([
    ['no commit', 'project', /: repo: it must name a repository and a commit: PATH@COMMIT/],
    ['no path', '@v1', /: repo: it must name a repository and a commit/],
    ['an option', 'project@--all', /: repo: --all is no commit/],
    ['a place that is none', 'gone@v1', /: repo: there is no gone\./],
    ['a commit that is none', 'project@v2', /: repo: the repository project has no commit v2\./],
    ['a tree', 'project@v1^{tree}', /: repo: the repository project has no commit /],
    ['a directory inside of one', 'project/src@v1', /: repo: there is no git repository at project\/src\./],
    ['no repository', 'bare@v1', /: repo: there is no git repository at bare\./],
  ])('is refused with %s', (_, repo, message) => {
    project();
    put('bare/x', '');
    expect(problem({ ...CHECK, repo })).toMatch(message);
  });

  it('is refused where a workspace cannot hold it', () => {
    const path = project();
    git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'v1')},vendor/lib`);
    git('commit', '-q', '-m', 'a submodule');
    expect(problem({ ...CHECK, repo: 'project@main' })).toMatch(
      /repo: vendor\/lib is a submodule, and a workspace holds no/,
    );
    git('reset', '-q', '--hard', 'v1');
    writeFileSync(join(path, 'big'), Buffer.alloc(33 * 1024 * 1024));
    git('add', '-A');
    git('commit', '-q', '-m', 'big');
    expect(problem({ ...CHECK, repo: 'project@main' })).toMatch(/repo: big has more than 33554432 bytes/);
  });

  it('is refused where it holds what the grader knows', () => {
    project();
    put('project/task.yaml', JSON.stringify({ ...TASK, ...COMMAND, repo: '.@HEAD' }));
    put('project/judge/x', 'secret');
    git('add', '-A');
    git('commit', '-q', '-m', 'task');
    const file = join(home, 'project/task.yaml');
    expect(() => checkTask(file)).toThrow(/repo: this commit holds task\.yaml, and with it what the grader knows/);
    git('rm', '-q', '--cached', 'task.yaml');
    git('commit', '-q', '-m', 'no task');
    writeFileSync(file, JSON.stringify({ ...TASK, grader: { command: ['x'], dir: 'judge' }, repo: '.@HEAD' }));
    expect(() => checkTask(file)).toThrow(/repo: this commit holds judge\/x, and with it what the grader knows/);
    git('rm', '-q', '-r', '--cached', 'judge');
    git('commit', '-q', '-m', 'no judge');
    expect(checkTask(file).repo?.entries.map(({ path }) => path)).not.toContain('judge/x');
  });

  it('heeds nothing of the git that it is started from', () => {
    const path = project();
    vi.stubEnv('GIT_DIR', '/nowhere');
    vi.stubEnv('GIT_WORK_TREE', '/nowhere');
    expect(checkTask(task({ ...CHECK, repo: 'project@v1' })).repo?.path).toBe(path);
  });

  it('says so where there is no git', () => {
    project();
    vi.stubEnv('PATH', join(home, 'bin'));
    expect(problem({ ...CHECK, repo: 'project@v1' })).toMatch(/: repo: git is not in PATH; install the package git/);
  });
});
