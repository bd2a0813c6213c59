/** The shadow repository: git reads it, its housekeeping takes nothing, damage is told, branches get their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyShadow } from '../../../src/adapters/worlds/workspace/copy-shadow.ts';
import { MAX_DIFF } from '../../../src/adapters/worlds/workspace/diff.ts';
import { shadowDiff } from '../../../src/adapters/worlds/workspace/held-state.ts';
import { openWorkspaceWorld, type WorkspaceWorld } from '../../../src/adapters/worlds/workspace/workspace.ts';
import { log, write } from '../world-conformance.ts';
import { drop, perform, scratch, sh, unfenced, workspace } from './worlds.ts';

const NO_GIT = spawnSync('git', ['--version']).status === 0 ? false : 'git is not installed';
const git = (shadow: string, ...args: string[]): string =>
  execFileSync('git', ['--git-dir', shadow, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  });

const HARD = [
  'mkdir -p empty/of/all rows "a dir"; chmod 2755 rows; printf "x\\r\\n" > "rows/ \\n\n"; printf b > "$(printf "\\377")"',
  'printf "* eol=crlf filter=x\\n" > .gitattributes; printf "*\\n" > .gitignore; ln -s ../../x rows/link; chmod 000 "a dir"',
  'chmod 4711 rows/link 2>/dev/null; printf 1 > a.b; mkdir a; printf 2 > a/c; printf 3 > a0; chmod 755 a0',
].join('; ');

const reopened = (w: { place: { dir: string; shadow: string } }): Promise<WorkspaceWorld> =>
  openWorkspaceWorld({ ...w.place, sandbox: null });

describe('the shadow repository', () => {
  it('is one that git finds no fault with, whatever the workspace holds', async ({ skip }) => {
    skip(NO_GIT !== false, String(NO_GIT));
    const w = await workspace({ 'rows/r01': 'add 1 and 2\n', note: 'a\n' });
    expect(await perform(w, sh(HARD))).toMatchObject({ ok: true });
    await perform(w, write('note', 'replace', 'b\n'));
    await w.undo();
    await perform(w, write('note', 'append', 'c\n'));
    expect(git(w.place.shadow, 'fsck', '--strict', '--full')).toBe('');
    expect(git(w.place.shadow, 'log', '--format=%s').split('\n')).toEqual([
      'SYS_WRITE note',
      expect.stringMatching(/^SYS_EXEC sh -c mkdir/),
      '(the beginning)',
      '',
    ]);
    expect(git(w.place.shadow, 'show', 'world:note')).toBe('a\nc\n');
    // What git makes of the directory is what the world has committed.
    const index = join(w.place.run, 'index');
    const env = {
      PATH: process.env.PATH,
      GIT_INDEX_FILE: index,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    rmSync(join(w.place.dir, '.gitattributes'));
    rmSync(join(w.place.dir, '.gitignore'));
    await w.hash();
    const at = ['--git-dir', w.place.shadow, '--work-tree', w.place.dir];
    execFileSync('git', [...at, 'add', '-A', '-f', '.'], { env });
    const tree = execFileSync('git', [...at, 'write-tree'], { env, encoding: 'utf8' });
    expect(tree).toBe(git(w.place.shadow, 'rev-parse', 'world^{tree}'));
  });

  it('keeps every state through git’s housekeeping, those that were left behind included', async ({ skip }) => {
    skip(NO_GIT !== false, String(NO_GIT));
    const w = await workspace({ a: '0' });
    const states: string[] = [await w.hash()];
    for (let i = 1; i <= 6; i++) {
      await perform(w, i === 3 ? sh(HARD) : write('a', 'append', String(i)));
      states.push(await w.hash());
      if (i % 2 === 0) await w.undo();
    }
    git(w.place.shadow, 'gc', '-q', '--prune=now', '--aggressive');
    expect(readdirSync(join(w.place.shadow, 'objects')).filter((name) => name.length === 2)).toEqual([]);
    expect(existsSync(join(w.place.shadow, 'packed-refs'))).toBe(true);
    const again = await reopened(w);
    for (const hash of [...states, ...states.toReversed()]) {
      await again.restoreTo(hash, { past: '', writes: [] });
      expect(await again.hash()).toBe(hash);
    }
    await perform(again, write('a', 'replace', 'goes on'));
    expect(git(w.place.shadow, 'fsck', '--strict')).toBe('');
    expect(new Set(states).size).toBe(7);
  });

  it('puts back what a lost process has left in the middle of an op', async () => {
    const w = await workspace({ 'rows/r01': 'x', note: 'a\n' });
    await perform(w, sh(HARD));
    await perform(w, write('note', 'append', 'b\n'));
    const [hash, logged] = [await w.hash(), await perform(w, log())];
    const { dir, shadow } = w.place;
    rmSync(join(dir, 'rows'), { recursive: true });
    mkdirSync(join(dir, 'note.d/.git'), { recursive: true });
    writeFileSync(join(dir, 'note'), 'torn');
    chmodSync(dir, 0o700);
    spawnSync('mkfifo', [join(dir, 'pipe')]);
    writeFileSync(join(shadow, 'staging/left'), 'behind');
    const again = await reopened(w);
    await again.restoreTo(hash, { past: '', writes: [write('note', 'append', 'b\n')] });
    expect([await again.hash(), await perform(again, log())]).toEqual([hash, logged]);
    expect(await again.observe('note')).toMatchObject({ text: 'a\nb\n' });
    expect(readdirSync(join(shadow, 'staging'))).toEqual([]);
  });

  it('is enough to make a workspace that is gone', async () => {
    const w = await workspace({ a: '1' });
    await perform(w, sh(HARD));
    const hash = await w.hash();
    spawnSync('rm', ['-rf', w.place.dir]);
    await expect(w.hash()).rejects.toThrow(/is no directory any more$/);
    const again = await reopened(w);
    await again.restoreTo(hash, { past: '', writes: [] });
    expect(await again.hash()).toBe(hash);
  });

  it('goes on with the log where it was put back to, of a commit that the journal does not know', async () => {
    const w = await workspace({ a: '1' });
    await perform(w, write('a', 'replace', '2'));
    const hash = await w.hash();
    await perform(w, write('a', 'replace', '3'));
    const again = await reopened(w);
    await again.restoreTo(hash, { past: '', writes: [write('a', 'replace', '2')] });
    await perform(again, write('b', 'replace', '4'));
    expect(await perform(again, log())).toMatchObject({
      output: expect.stringMatching(/^\w{8} 2 SYS_WRITE b\n\w{8} 1 SYS_WRITE a\n$/),
    });
  });

  it('tells of damage instead of putting back something else', async () => {
    const w = await workspace({ a: '1' });
    const objects = join(w.place.shadow, 'objects');
    const head = readFileSync(join(w.place.shadow, 'refs/heads/world'), 'utf8').trim();
    writeFileSync(join(objects, head.slice(0, 2), head.slice(2)), 'spoilt');
    await expect(reopened(w)).rejects.toThrow(/^object [0-9a-f]{64} of .* cannot be read/);
    rmSync(objects, { recursive: true });
    await expect(reopened(w)).rejects.toThrow(/^object [0-9a-f]{64} of .* is lost$/);
  });

  it('is copied for a branch, which goes its own way', async () => {
    const w = await workspace({ a: '1' });
    const writes = [write('a', 'append', '2'), write('b', 'replace', '3')];
    for (const request of writes) await perform(w, request);
    const [hash, logged, past] = [await w.hash(), await perform(w, log()), await w.past()];
    await perform(w, write('b', 'append', 'not in the branch'));
    const branch = scratch();
    onTestFinished(() => drop(branch));
    copyShadow(w.place.shadow, branch.shadow);
    const other = await openWorkspaceWorld({ ...branch, sandbox: null });
    await other.restoreTo(hash, { past, writes: [] });
    expect([await other.hash(), await perform(other, log())]).toEqual([hash, logged]);
    await perform(other, write('a', 'replace', 'the branch’s own'));
    expect(await w.observe('a')).toMatchObject({ text: '12' });
    // The origin may go.
    rmSync(w.place.shadow, { recursive: true });
    const again = await openWorkspaceWorld({ ...branch, sandbox: null });
    await again.restoreTo(hash, { past, writes: [] });
    expect(await again.observe('b')).toMatchObject({ text: '3' });
  });
});

describe('the difference between two states', () => {
  it('is a unified diff, with modes, links, directories and binary files', async () => {
    const w = await workspace({ 'a.txt': '1\n2\n3\n', 'b.txt': 'gone\n', c: 'c\n' });
    const from = await w.hash();
    await perform(
      w,
      sh(
        'printf "1\\nzwei\\n3\\n" > a.txt; rm b.txt; chmod 755 c; ln -s c link; mkdir empty; printf "\\0" > bin; printf "new\\n" > d',
      ),
    );
    const to = await w.hash();
    const text = await w.diff(from, to);
    expect(text).toContain('diff a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n 1\n-2\n+zwei\n 3\n');
    expect(text).toContain('diff a/b.txt b/b.txt\ndeleted file, mode 644\n--- a/b.txt\n+++ /dev/null\n');
    expect(text).toContain('diff a/c b/c\nold file, mode 644\nnew file, mode 755\n');
    expect(text).toContain('diff a/link b/link\nnew symbolic link\n');
    expect(text).toContain('diff a/empty b/empty\nnew directory, mode 755\n');
    expect(text).toContain('contents differ: 0 bytes, then 1\n');
    expect(text).toContain('new file, mode 644\n--- /dev/null\n+++ b/d\n@@ -0,0 +1,1 @@\n+new\n');
    expect(await shadowDiff(w.place.shadow, from, to)).toBe(text);
    expect(await w.diff(to, to)).toBe('');
    await expect(w.diff(from, '0'.repeat(64))).rejects.toThrow(/has no state 00000000$/);
    const nowhere = join(w.place.run, 'nothing.git');
    await expect(shadowDiff(nowhere, from, to)).rejects.toThrow(/^there is no shadow repository at /);
    expect(existsSync(nowhere)).toBe(false);
  });

  it('is bounded, and counts what it leaves out', async () => {
    const w = await workspace();
    const from = await w.hash();
    await perform(w, sh('for i in 1 2 3 4 5 6 7 8; do seq 10000 > f$i; done'));
    const text = await w.diff(from, await w.hash());
    expect(text.length).toBeLessThan(MAX_DIFF + 100);
    expect(text).toMatch(/\n\(cut here; 6 more paths differ\)\n$/);
  });
});

describe('SYS_EXEC', () => {
  it('is refused where there is no sandbox, in one sentence', async () => {
    const w = await workspace({ a: '1' }, null);
    const done = await perform(w, sh('touch b'));
    expect(done).toMatchObject({ ok: false, errno: 'ENOSYS', worldHash: await w.hash() });
    expect(done.ok ? '' : done.detail).toMatch(/^commands are refused.*--sandbox none/);
  });

  it('gives the command’s end and output, and commits what it changed', async () => {
    const w = await workspace({ a: '1\n' });
    expect(await perform(w, sh('cat a; exit 3'))).toMatchObject({ ok: true, exit: 3, output: '1\n' });
    expect(await perform(w, log())).toMatchObject({ output: '' });
    const done = await perform(w, sh('mkdir d; echo x > d/e\nexit 1'));
    expect(done).toMatchObject({ ok: true, exit: 1 });
    const line = `${done.worldHash.slice(0, 8)} 1 SYS_EXEC sh -c mkdir d; echo x > d/e\\x0aexit 1\n`;
    expect(await perform(w, log())).toMatchObject({ output: line });
    expect(await perform(w, log({ target: 'd/e' }))).toMatchObject({ output: line });
    expect(await perform(w, log({ target: 'a' }))).toMatchObject({ output: '' });
  });

  it('called off leaves nothing', async () => {
    const controller = new AbortController();
    const w = await workspace(
      { a: '1' },
      unfenced((dir) => {
        writeFileSync(join(dir, 'a'), 'half');
        controller.abort();
        return undefined;
      }),
    );
    const hash = await w.hash();
    const done = await w.perform(sh('x'), controller.signal);
    expect(done).toMatchObject({ ok: false, errno: 'ECANCELED', worldHash: hash });
    expect([await w.hash(), await w.observe('a')]).toMatchObject([hash, { text: '1' }]);
  });
});

describe('a workspace', () => {
  it('is taken as it is found, with the task’s files on top', async () => {
    const place = scratch();
    onTestFinished(() => drop(place));
    mkdirSync(join(place.dir, 'src'), { recursive: true });
    writeFileSync(join(place.dir, 'src/main.c'), 'int x;\n');
    const w = await openWorkspaceWorld({ ...place, files: { 'src/main.c': 'int y;\n', new: '' }, sandbox: null });
    expect(Object.fromEntries(await w.files())).toEqual({ 'src/main.c': 'int y;\n', new: '' });
    expect(await perform(w, log())).toMatchObject({ output: '' });
  });

  it('that cannot be held is not taken', async () => {
    const place = scratch();
    onTestFinished(() => drop(place));
    mkdirSync(join(place.dir, '.git'), { recursive: true });
    await expect(openWorkspaceWorld({ ...place, sandbox: null })).rejects.toThrow(
      /^the workspace cannot be taken: \.git is/,
    );
  });

  it('shows binary files as such, and denies what a mode denies, whoever the console runs as', async () => {
    const w = await workspace({ locked: 'x', 'dir/a': 'x', 'read-only': 'x' });
    await perform(w, sh('printf "a\\0b" > bin; chmod 000 locked dir; chmod 444 read-only; printf "\\377" > bytes'));
    expect(await w.observe('bin')).toMatchObject({ ok: true, text: '(a binary file of 3 bytes)' });
    expect(await w.observe('bytes')).toMatchObject({ ok: true, text: '\ufffd' });
    expect(await w.observe('locked')).toMatchObject({
      ok: false,
      why: expect.stringContaining('mode of locked is 000'),
    });
    expect(await w.observe('dir')).toMatchObject({ ok: false, why: expect.stringContaining('mode of dir is 000') });
    expect(await w.observe('dir/a')).toMatchObject({ ok: false, why: expect.stringContaining('mode of dir is 000') });
    expect(await perform(w, write('read-only', 'append', 'y'))).toMatchObject({ ok: false, errno: 'EACCES' });
    expect(await perform(w, write('dir/a', 'append', 'y'))).toMatchObject({ ok: false, errno: 'EACCES' });
    expect(await perform(w, write('bytes', 'patch', '@@ -1 +1 @@\n-a\n+b\n'))).toMatchObject({
      ok: false,
      errno: 'EINVAL',
    });
    expect(await perform(w, write('bytes', 'append', 'y'))).toMatchObject({ ok: true });
    expect((await w.files()).get('dir/a')).toBe('x');
  });

  it('keeps the mode of what is written, whatever the umask', async () => {
    const umask = process.umask(0o077);
    onTestFinished(() => void process.umask(umask));
    const w = await workspace({ 'bin/run.sh': '1' });
    const mode = (path: string): string => (statSync(join(w.place.dir, path)).mode & 0o7777).toString(8);
    await perform(w, sh('chmod 4755 bin/run.sh'));
    await perform(w, write('bin/run.sh', 'replace', '2'));
    await perform(w, write('new/file', 'replace', '3'));
    expect(['bin/run.sh', 'new', 'new/file', ''].map(mode)).toEqual(['4755', '755', '644', '755']);
  });
});
