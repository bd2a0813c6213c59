/** Ways out of a workspace. Each is tried; none may lead out, whatever the op answers. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorkspaceWorld } from '../../../src/adapters/worlds/workspace/workspace.ts';
import type { Performed } from '../../../src/runtime/ports.ts';
import { log, write } from '../world-conformance.ts';
import { type Place, perform, replaceFs, workspace } from './worlds.ts';

const SECRET = 'TOP-SECRET';

interface Guarded {
  w: WorkspaceWorld & { place: Place };
  /** All outside of the workspace and of what the shadow repository keeps. */
  outside(): string[];
}

const guarded = async (files: Record<string, string> = { 'a/b': 'b\n', c: 'c\n' }): Promise<Guarded> => {
  const w = await workspace(files, null);
  const { run, shadow } = w.place;
  for (const name of ['secret', 'run.json', 'journal/00000001.ndjson', 'blobs/x', 'control.sock', 'home/secret']) {
    mkdirSync(join(run, name, '..'), { recursive: true });
    writeFileSync(join(run, name), SECRET, { mode: 0o600 });
  }
  const outside = (): string[] => {
    const found: string[] = [];
    const look = (path: string): void => {
      const stats = lstatSync(path);
      found.push(`${path} ${stats.mode} ${stats.nlink} ${stats.isFile() ? readFileSync(path, 'latin1') : ''}`);
      if (!stats.isDirectory()) return;
      for (const name of readdirSync(path).sort()) look(join(path, name));
    };
    for (const name of readdirSync(run).sort()) if (!['workspace', 'shadow.git'].includes(name)) look(join(run, name));
    for (const name of ['config', 'HEAD']) look(join(shadow, name));
    return [...found, ...readdirSync(shadow).sort()];
  };
  return { w, outside };
};

const inAll = async (w: WorkspaceWorld, target: string): Promise<(Performed | { ok: boolean; text?: string })[]> => [
  await w.observe(target),
  await perform(w, write(target, 'replace', 'escaped')),
  await perform(w, write(target, 'append', 'escaped')),
  await perform(w, write(target, 'patch', '@@ -0,0 +1 @@\n+escaped\n')),
];

const wide = (text: string): string => [...text].map((c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)).join('');

describe('a path', () => {
  it.each([
    ['up', '..'],
    ['up to a file', '../secret'],
    ['down and up', 'a/../../secret'],
    ['up in the end', 'a/..'],
    ['here and up', './../secret'],
    ['through nothing', 'a//b'],
    ['through itself', 'a/./b'],
    ['absolute', '/etc/passwd'],
    ['absolute twice', '//etc/passwd'],
    ['absolute through /proc', '/proc/self/root/etc/passwd'],
    ['a URL', 'file:///etc/passwd'],
    ['a NUL', 'c\0'],
    ['a NUL in between', 'c\0/../../secret'],
    ['a NUL alone', '\0'],
    ['a line break', 'a\n../secret'],
    ['an escape', 'a\x1b[2J'],
    ['the run’s manifest', '../run.json'],
    ['the run’s journal', '../journal/00000001.ndjson'],
    ['the run’s blobs', '../blobs/x'],
    ['the run’s socket', '../control.sock'],
    ['the shadow repository', '../shadow.git/HEAD'],
    ['the shadow repository’s hooks', '../shadow.git/hooks/post-commit'],
    ['.git', '.git'],
    ['.git as a directory', '.git/'],
    ['.git’s configuration', '.git/config'],
    ['.git further down', 'a/.git/hooks/pre-commit'],
    ['.git in capitals', '.GIT/config'],
    ['.git with a dot', '.git./config'],
    ['.git with a space', '.git /config'],
    ['.git with a stream', '.git::$INDEX_ALLOCATION/config'],
    ['.git by its short name', 'git~1/config'],
    ['.git by its short name in capitals', 'GIT~1/config'],
    ['.git with a joiner', '.g\u200cit/config'],
    ['.git with a mark of order', '.git\ufeff/config'],
    ['.git in full width', `${wide('.git')}/config`],
    ['a name of 300 characters', 'n'.repeat(300)],
    ['a name of 256 bytes', 'é'.repeat(128)],
    ['a name of 300 characters on the way', `${'n'.repeat(300)}/x`],
    ['a path of 3,000 bytes', `${'d/'.repeat(1500)}x`],
  ])('%s is refused', async (_, target) => {
    const { w, outside } = await guarded();
    const before = [await w.hash(), outside()];
    for (const done of await inAll(w, target)) expect(done.ok).toBe(false);
    expect([await w.hash(), outside()]).toEqual(before);
  });

  it.each([
    ['percent signs', '%2e%2e/secret'],
    ['backslashes', '..\\secret'],
    ['a two-dot leader', '\u2025/secret'],
    ['two one-dot leaders', '\u2024\u2024/secret'],
    ['three dots', '.../secret'],
    ['a tilde', '~/secret'],
    ['a variable', '$HOME/secret'],
    ['a command', '$(touch ../escaped)'],
    ['an option', '--output=x'],
    ['a name of /proc', 'proc/self/environ'],
    ['a full-width slash', `..${wide('/')}secret`],
    ['another letter case', 'A/B'],
    ['a Unicode twin', 'e\u0301'],
  ])('with %s is a name like any other, inside', async (_, target) => {
    const { w, outside } = await guarded({ 'a/b': 'b\n', '\u00e9': 'composed' });
    const before = outside();
    for (const done of (await inAll(w, target)).slice(1)) expect(done.ok).toBe(true);
    expect(outside()).toEqual(before);
    expect(readFileSync(join(w.place.dir, target), 'utf8')).toContain('escaped');
    expect([...(await w.files()).values()].filter((text) => text.includes('b\n') || text === 'composed')).toHaveLength(
      2,
    );
  });
});

describe('a symbolic link', () => {
  const links: [string, (place: Place) => string, string][] = [
    ['to a file outside', () => '../secret', 'link'],
    ['to a file outside, absolute', ({ run }) => join(run, 'secret'), 'link'],
    ['to a file of the system', () => '/etc/passwd', 'link'],
    ['to where a file could be', () => '../escaped', 'link'],
    ['to a directory outside', () => '../home', 'link/secret'],
    ['to the directory above', () => '..', 'link/secret'],
    ['to the root of the system', () => '/', 'link/etc/passwd'],
    ['to /proc', () => '/proc/self/root', 'link/etc/passwd'],
    ['to the workspace and out again', () => 'a/../../home', 'link/secret'],
    ['to the shadow repository', () => '../shadow.git', 'link/HEAD'],
    ['to the journal', () => '../journal', 'link/00000001.ndjson'],
    ['to another link', () => 'other', 'link'],
    ['to itself', () => 'link', 'link'],
    ['to a file inside', () => 'c', 'link'],
    ['to a directory inside', () => 'a', 'link/b'],
    ['to a descriptor', () => '/proc/self/fd/0', 'link'],
    ['to a device', () => '/dev/zero', 'link'],
  ];

  it.each(links)('%s is not followed', async (_, to, target) => {
    const { w, outside } = await guarded();
    symlinkSync('../secret', join(w.place.dir, 'other'));
    symlinkSync(to(w.place), join(w.place.dir, 'link'));
    const before = [await w.hash(), outside()];
    for (const done of [...(await inAll(w, target)), ...(await inAll(w, `${target}/x`))]) {
      expect(done.ok).toBe(false);
      expect(JSON.stringify(done)).not.toContain(SECRET);
    }
    expect([await w.hash(), outside()]).toEqual(before);
    expect([...(await w.files()).keys()].sort()).toEqual(['a/b', 'c']);
    expect(JSON.stringify([...(await w.files())])).not.toContain(SECRET);
    // Nor by what puts the workspace back.
    await w.restore(await w.snapshot());
    await w.undo();
    expect(outside()).toEqual(before[1]);
  });
});

/** Does something in the moment before the first call of a function of `node:fs` that `when` knows. */
const inTheMiddle = <
  K extends 'readFileSync' | 'writeFileSync' | 'readdirSync' | 'openSync' | 'renameSync' | 'lstatSync',
>(
  name: K,
  when: (path: string) => boolean,
  act: () => void,
): void => {
  let done = false;
  replaceFs(name, (real) => (...args: Parameters<typeof real>) => {
    if (!done && when(String(args[0]))) {
      done = true;
      act();
    }
    return (real as (...args: unknown[]) => unknown)(...args);
  });
  onTestFinished(() => expect(done).toBe(true));
};

describe('what is swapped between check and use', () => {
  const swap =
    ({ dir }: Place, name: string, target: string) =>
    () => {
      renameSync(join(dir, name), join(dir, `${name}-aside`));
      symlinkSync(target, join(dir, name));
    };

  it.each<[string, 'readFileSync' | 'writeFileSync' | 'renameSync', (place: Place) => (path: string) => boolean]>([
    [
      'before the way is walked',
      'readFileSync',
      ({ shadow }) =>
        (path) =>
          path.startsWith(join(shadow, 'objects')),
    ],
    [
      'before the file is made',
      'writeFileSync',
      ({ shadow }) =>
        (path) =>
          path.startsWith(join(shadow, 'staging')),
    ],
    ['before the file is renamed', 'renameSync', () => (path) => path.includes('/staging/')],
  ])('a directory %s', async (_, call, when) => {
    const { w, outside } = await guarded({ 'home/secret': 'inner\n' });
    await w.hash();
    const before = outside();
    inTheMiddle(call, when(w.place), swap(w.place, 'home', '../home'));
    await perform(w, write('home/secret', 'append', 'escaped'));
    expect(outside()).toEqual(before);
    expect(JSON.stringify([...(await w.files())])).not.toContain(SECRET);
    expect(outside()).toEqual(before);
  });

  it.each(['renameSync', 'writeFileSync'] as const)('a file, in %s', async (call) => {
    const { w, outside } = await guarded({ secret: 'inner\n' });
    await w.hash();
    const before = outside();
    inTheMiddle(call, (path) => path.includes('/staging/'), swap(w.place, 'secret', '../secret'));
    await perform(w, write('secret', 'append', 'escaped'));
    expect(outside()).toEqual(before);
    expect(JSON.stringify([...(await w.files())])).not.toContain(SECRET);
  });

  it.each<[string, 'readdirSync' | 'lstatSync' | 'openSync', (place: Place) => string]>([
    ['a directory before its names are read', 'readdirSync', ({ dir }) => join(dir, 'home')],
    ['a directory before its file is looked at', 'lstatSync', ({ dir }) => join(dir, 'home/secret')],
    ['a directory before its file is opened', 'openSync', ({ dir }) => dir],
  ])('%s', async (_, call, where) => {
    const { w, outside } = await guarded({ 'home/secret': 'inner\n' });
    mkdirSync(join(w.place.run, 'home/names-too'));
    const before = outside();
    inTheMiddle(call, (path) => path === where(w.place), swap(w.place, 'home', '../home'));
    for (let i = 0; i < 2; i++) {
      const seen = await w.observe('home/secret');
      expect(JSON.stringify(seen)).not.toContain(SECRET);
      expect(JSON.stringify([await w.observe('home'), ...(await w.files())])).not.toMatch(/names-too|SECRET/);
    }
    expect(outside()).toEqual(before);
  });

  it('a directory for one of which only the names could be told', async () => {
    const { w } = await guarded({ 'rooms/x': 'inner\n' });
    mkdirSync(join(w.place.run, 'rooms/private'), { recursive: true });
    inTheMiddle('readdirSync', (path) => path === join(w.place.dir, 'rooms'), swap(w.place, 'rooms', '../rooms'));
    for (let i = 0; i < 2; i++) {
      expect(JSON.stringify([await w.observe('rooms'), await w.observe('./')])).not.toContain('private');
    }
  });

  it('a file for a FIFO before it is opened', async () => {
    const { w } = await guarded({ a: 'a' });
    writeFileSync(join(w.place.dir, 'a'), 'new');
    inTheMiddle(
      'openSync',
      (path) => path.endsWith('/a'),
      () => {
        renameSync(join(w.place.dir, 'a'), join(w.place.dir, 'b'));
        spawnSync('mkfifo', [join(w.place.dir, 'a')]);
      },
    );
    expect((await w.observe('a')).ok).toBe(false);
  });

  it('a directory, over and over, by another process', async () => {
    const { w, outside } = await guarded({ 'home/secret': 'inner\n' });
    const before = outside();
    const script =
      'while :; do mv home aside && ln -s ../home home; rm -f home; rm -rf home; mv aside home || mkdir -p home; done';
    const proc = spawn('sh', ['-c', script], { cwd: w.place.dir, stdio: 'ignore' });
    const ended = new Promise((resolve) => proc.once('exit', resolve));
    try {
      for (let i = 0; i < 150; i++) {
        const seen = await w.observe('home/secret').catch(() => undefined);
        expect(JSON.stringify(seen ?? '')).not.toContain(SECRET);
        await perform(w, write('home/secret', 'append', 'escaped')).catch(() => undefined);
      }
    } finally {
      proc.kill('SIGKILL');
      await ended;
    }
    expect(outside()).toEqual(before);
  });
});

describe('what is no file', () => {
  const special: [string, (dir: string) => void][] = [
    ['a FIFO', (dir) => void spawnSync('mkfifo', ['x'], { cwd: dir })],
    [
      'a socket',
      (dir) =>
        void spawnSync(
          process.execPath,
          ['-e', "net.createServer().listen('x',()=>process.kill(process.pid,'SIGKILL'))"],
          {
            cwd: dir,
          },
        ),
    ],
    ['a hard link to outside', (dir) => linkSync(join(dir, '../secret'), join(dir, 'x'))],
  ];
  if (process.getuid?.() === 0) {
    special.push(
      ['a character device', (dir) => void spawnSync('mknod', ['x', 'c', '1', '5'], { cwd: dir })],
      ['a block device', (dir) => void spawnSync('mknod', ['x', 'b', '7', '0'], { cwd: dir })],
    );
  }

  it.each(special)('%s is neither read nor written', async (_, make) => {
    const { w, outside } = await guarded();
    make(w.place.dir);
    expect(existsSync(join(w.place.dir, 'x'))).toBe(true);
    const before = outside();
    for (const done of [...(await inAll(w, 'x')), ...(await inAll(w, 'x/y'))]) {
      expect(done.ok).toBe(false);
      expect(JSON.stringify(done)).not.toContain(SECRET);
    }
    expect(JSON.stringify([...(await w.files())])).not.toContain(SECRET);
    expect(outside()).toEqual(before);
  });
});

describe('SYS_GIT_LOG', () => {
  const DATA = [
    '--output=../escaped',
    '--output=escaped',
    '--all',
    '-p',
    '--ext-diff',
    '--exec=touch ../escaped',
    '-O../escaped',
    '--no-index',
    '--git-dir=..',
    '--since=yesterday',
    '-c core.pager=touch',
    '$(touch ../escaped)',
    '`touch ../escaped`',
    '; touch ../escaped',
    '| touch ../escaped',
    '..HEAD',
    'HEAD^{/x}',
    ':(top,glob)**',
    '@{-1}',
  ];

  it.each(DATA)('takes %s for data', async (text) => {
    const { w, outside } = await guarded();
    await perform(w, write('c', 'replace', 'x'));
    const before = [await w.hash(), outside(), readdirSync(w.place.dir)];
    const grep = await perform(w, log({ grep: text }));
    const since = await perform(w, log({ since: text }));
    const target = await perform(w, log({ target: text }));
    expect(grep).toMatchObject({ ok: true, output: '' });
    expect(since).toMatchObject({ ok: false, errno: 'EINVAL' });
    expect(target.ok ? target.output : '').toBe('');
    expect([await w.hash(), outside(), readdirSync(w.place.dir)]).toEqual(before);
    // As a file it is found by its name, and by nothing else.
    if (text.includes('..')) return;
    await perform(w, write(text, 'replace', ''));
    expect(await perform(w, log({ target: text }))).toMatchObject({
      output: expect.stringMatching(/^\w{8} 2 SYS_WRITE .*\n$/),
    });
  });
});

describe('the shadow repository', () => {
  it('is not what a workspace can name, nor what a link in it leads to', async () => {
    const { w } = await guarded();
    const { ino } = statSync(join(w.place.shadow, 'HEAD'));
    await perform(w, write('HEAD', 'replace', 'ref: refs/heads/x\n'));
    await perform(w, write('objects/x', 'replace', 'x'));
    expect(statSync(join(w.place.shadow, 'HEAD')).ino).toBe(ino);
    expect(readFileSync(join(w.place.shadow, 'HEAD'), 'utf8')).toBe('ref: refs/heads/world\n');
    expect(existsSync(join(w.place.shadow, 'objects/x'))).toBe(false);
  });
});
