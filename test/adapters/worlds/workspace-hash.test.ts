/** What the world hash sees, and what is put back when an op fails: everything but times and owners. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BYTES } from '../../../src/adapters/worlds/workspace/scan.ts';
import { runs } from '../../helpers/fc.ts';
import { log, write } from '../world-conformance.ts';
import { drop, perform, replaceFs, sh, unfenced, workspace } from './worlds.ts';

const raw = (dir: string, ...bytes: number[]): Buffer => Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(bytes)]);
const LONG = 'n'.repeat(255);
const DEEP = Array.from({ length: 90 }, (_, i) => `level-${i}`).join('/');

const START: Record<string, string> = {
  'src/a.txt': 'one\r\ntwo\n$Id$\n$Format:%H$\n',
  'src/b.txt': 'b\n',
  'run.sh': '#!/bin/sh\n',
  '.gitignore': '*.log\nignored/\n',
};

/** All that a look at a directory can tell, but for times. */
const picture = (dir: string): string[] => {
  const found: string[] = [];
  const look = (path: Buffer): void => {
    const stats = lstatSync(path);
    const kind = stats.isDirectory() ? 'dir' : stats.isSymbolicLink() ? 'link' : stats.isFile() ? 'file' : 'other';
    let line = `${path.subarray(dir.length).toString('latin1')} ${kind} ${(stats.mode & 0o7777).toString(8)} ${stats.nlink > 1 && kind === 'file'}`;
    if (kind === 'file') line += ` ${readFileSync(path).toString('latin1')}`;
    if (kind === 'link') line += ` ${readlinkSync(path, { encoding: 'latin1' })}`;
    found.push(line);
    if (kind === 'dir')
      for (const name of readdirSync(path, { encoding: 'buffer' })) look(Buffer.concat([path, Buffer.from('/'), name]));
  };
  look(Buffer.from(dir));
  return found.sort();
};

type Act = (dir: string) => void;
/** Changes in words that a table can hold; paths are below the workspace. */
const put =
  (path: string, content: string | Buffer = ''): Act =>
  (dir) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
const mode =
  (path: string, bits: number): Act =>
  (dir) =>
    chmodSync(join(dir, path), bits);
const gone =
  (path: string): Act =>
  (dir) =>
    rmSync(join(dir, path), { recursive: true });
const dirAt =
  (path: string): Act =>
  (dir) =>
    void mkdirSync(join(dir, path), { recursive: true });
const link =
  (target: string, path: string): Act =>
  (dir) =>
    symlinkSync(target, join(dir, path));
const moved =
  (from: string, to: string): Act =>
  (dir) =>
    renameSync(join(dir, from), join(dir, to));
const sized =
  (path: string, bytes: number): Act =>
  (dir) => {
    writeFileSync(join(dir, path), '');
    truncateSync(join(dir, path), bytes);
  };
const all =
  (...acts: Act[]): Act =>
  (dir) => {
    for (const act of acts) act(dir);
  };

const TEXT = START['src/a.txt'] as string;
const ATTRIBUTES = '* text=auto eol=crlf ident export-subst filter=x\n';

const CHANGES: [string, Act][] = [
  ['a file of mode 000', mode('src/b.txt', 0)],
  ['a directory of mode 000', mode('src', 0)],
  ['the workspace of mode 700', mode('', 0o700)],
  ['a mode that git does not tell from another', mode('src/b.txt', 0o664)],
  ['a script', mode('run.sh', 0o755)],
  ['set-user-id', mode('run.sh', 0o4755)],
  ['set-group-id', mode('run.sh', 0o2755)],
  ['a sticky directory', mode('src', 0o1777)],
  ['an empty directory', dirAt('empty')],
  ['an empty directory in an empty directory', dirAt('empty/of/all')],
  ['an empty file', put('nothing')],
  ['a directory emptied', all(gone('src/a.txt'), gone('src/b.txt'))],
  ['a directory gone', gone('src')],
  ['an ignored file', put('debug.log', 'x')],
  ['an ignored directory', put('ignored/x')],
  ['attributes', put('.gitattributes', ATTRIBUTES)],
  ['a line ending', put('src/a.txt', TEXT.replace('\r\n', '\n'))],
  ['a line ending that attributes would change', all(put('.gitattributes', '* eol=crlf\n'), put('x', '1\n'))],
  ['an expanded keyword', put('src/a.txt', TEXT.replace('$Id$', '$Id: 0$'))],
  ['a symbolic link', link('src/a.txt', 'link')],
  ['a link to elsewhere', link('src/b.txt', 'link')],
  ['a dangling link that leads out', link('../../nowhere', 'link')],
  ['a link in the place of a file', all(gone('run.sh'), link('src/b.txt', 'run.sh'))],
  ['a link in the place of a directory', all(moved('src', 'moved'), link('moved', 'src'))],
  ['a directory in the place of a file', all(gone('run.sh'), dirAt('run.sh'))],
  ['a file in the place of a directory', all(gone('src'), put('src'))],
  ['a file of another name', moved('run.sh', 'Run.sh')],
  ['a line break in a name', put('a\nb', '1')],
  ['spaces and quotes in a name', put(' "a\\b" ', '1')],
  ['a name that looks like an option', put('--output=x', '1')],
  ['a name that is no UTF-8', (dir) => writeFileSync(raw(dir, 0xff, 0xfe, 0x61), '1')],
  ['twins of normalisation', all(put('\u00e9', '1'), put('e\u0301', '2'))],
  ['twins the other way round', all(put('\u00e9', '2'), put('e\u0301', '1'))],
  ['a name of 255 bytes', put(LONG, '1')],
  ['a deep tree', put(`${DEEP}/x`, '1')],
  ['a binary file', put('bin', Buffer.from([0, 255, 254, 10, 13]))],
  ['a big file', sized('big', 3 * 1024 * 1024)],
];

describe('the world hash and the restore of a workspace', () => {
  it.each(CHANGES)('see %s', async (_, change) => {
    let fail = false;
    const w = await workspace(
      START,
      unfenced((dir) => {
        change(dir);
        return fail ? { ok: false, errno: 'EIO', detail: 'failed', timedOut: false } : undefined;
      }),
    );
    const { dir } = w.place;
    const before = [await w.hash(), picture(dir)];
    fail = true;
    expect(await perform(w, sh('x'))).toMatchObject({ ok: false, errno: 'EIO', worldHash: before[0] });
    expect([await w.hash(), picture(dir)]).toEqual(before);
    fail = false;
    const done = await perform(w, sh('x'));
    expect(done).toMatchObject({ ok: true, exit: 0 });
    expect(done.worldHash).not.toBe(before[0]);
    const after = [await w.hash(), picture(dir)];
    expect(after[0]).toBe(done.worldHash);
    await w.undo();
    expect([await w.hash(), picture(dir)]).toEqual(before);
    await w.restoreTo(after[0] as string, { past: '', writes: [] });
    expect([await w.hash(), picture(dir)]).toEqual(after);
    await w.restoreTo(before[0] as string, { past: '', writes: [] });
    expect([await w.hash(), picture(dir)]).toEqual(before);
  });

  it('hold for any changes one after the other', async () => {
    const change = fc.constantFrom(...CHANGES.map(([, act]) => act));
    const tried: Act = (dir) => {
      try {
        next(dir);
      } catch {
        // What it would change is no longer there; whatever it did until then counts.
      }
    };
    let next: Act = () => {};
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(change, fc.constantFrom('done', 'failed', 'undone')), { maxLength: 8 }),
        async (steps) => {
          let fails = false;
          const w = await workspace(
            START,
            unfenced((dir) => {
              tried(dir);
              return fails ? { ok: false, errno: 'EIO', detail: 'failed', timedOut: false } : undefined;
            }),
          );
          const states: [string, string[]][] = [[await w.hash(), picture(w.place.dir)]];
          for (const [act, end] of steps) {
            [next, fails] = [act, end === 'failed'];
            const done = await perform(w, sh('x'));
            if (end === 'undone') await w.undo();
            const state: [string, string[]] = [await w.hash(), picture(w.place.dir)];
            if (end !== 'done') expect(state).toEqual(states.at(-1));
            else expect(done).toMatchObject({ ok: true, worldHash: state[0] });
            states.push(state);
          }
          for (const [hash, pictured] of states.toReversed()) {
            await w.restoreTo(hash, { past: '', writes: [] });
            expect([await w.hash(), picture(w.place.dir)]).toEqual([hash, pictured]);
          }
          drop(w.place);
        },
      ),
      { numRuns: Math.ceil(runs / 50) },
    );
  });

  it('tell each of these changes from each other', async () => {
    const hashes = new Set<string>();
    for (const [, change] of CHANGES) {
      const w = await workspace(
        START,
        unfenced((dir) => void change(dir)),
      );
      hashes.add((await perform(w, sh('x'))).worldHash);
    }
    expect(hashes.size).toBe(CHANGES.length);
  });

  it('do not see times', async () => {
    const w = await workspace(START);
    const hash = await w.hash();
    utimesSync(join(w.place.dir, 'run.sh'), 1, 1);
    expect(await perform(w, sh('touch -d 2001-01-01 run.sh src; cp run.sh x; rm x'))).toMatchObject({
      worldHash: hash,
    });
    expect(await perform(w, log())).toMatchObject({ output: '' });
  });

  it('see a change that keeps size and time', async () => {
    const w = await workspace({ a: 'aaaa' });
    const path = join(w.place.dir, 'a');
    const seen = new Set([await w.hash()]);
    for (const text of ['bbbb', 'cccc', 'dddd', 'eeee', 'ffff']) {
      const { atime, mtime } = lstatSync(path);
      writeFileSync(path, text);
      utimesSync(path, atime, mtime);
      seen.add(await w.hash());
      expect(await w.observe('a')).toMatchObject({ text });
    }
    expect(seen.size).toBe(6);
  });

  it.each([1000, 20])('see it where the file system counts time in steps of %i ms', async (step) => {
    replaceFs('lstatSync', (real) => (...args: Parameters<typeof real>) => {
      const stats = real(...args) as Stats | undefined;
      if (stats === undefined) return undefined;
      stats.ctimeMs = Math.floor(stats.ctimeMs / step) * step;
      stats.mtimeMs = Math.floor(stats.mtimeMs / step) * step;
      return stats;
    });
    const w = await workspace({ a: '0000' });
    const seen = new Set([await w.hash()]);
    for (let i = 1; i <= 20; i++) {
      writeFileSync(join(w.place.dir, 'a'), String(1000 + i));
      seen.add(await w.hash());
    }
    expect(seen.size).toBe(21);
  });

  it('take in what was changed from outside, as a state of its own', async () => {
    const w = await workspace(START);
    const before = await w.hash();
    writeFileSync(join(w.place.dir, 'run.sh'), 'by hand');
    const after = await w.hash();
    expect(after).not.toBe(before);
    expect(await perform(w, log())).toMatchObject({ output: `${after.slice(0, 8)} 1 (outside)\n` });
    await perform(w, sh('rm -r src'));
    await w.restoreTo(after, { past: '', writes: [] });
    expect(await w.observe('run.sh')).toMatchObject({ text: 'by hand' });
  });

  it('part files that had one content under two names', async () => {
    const w = await workspace(START);
    expect(await perform(w, sh('ln run.sh twin; ln run.sh src/triplet'))).toMatchObject({ ok: true });
    expect(await perform(w, sh('echo more >> twin'))).toMatchObject({ ok: true });
    expect(await w.observe('run.sh')).toMatchObject({ text: '#!/bin/sh\n' });
    expect(await w.observe('twin')).toMatchObject({ text: '#!/bin/sh\nmore\n' });
    expect(lstatSync(join(w.place.dir, 'run.sh')).nlink).toBe(1);
  });
});

describe('what a world cannot hold', () => {
  const tooDeep = (dir: string): void => {
    const script = 'i=0; while [ $i -lt 40 ]; do mkdir $0 && cd -P $0 || exit 1; i=$((i+1)); done; echo x > end';
    expect(spawnSync('sh', ['-c', script, LONG], { cwd: dir }).status).toBe(0);
  };
  const run =
    (program: string, ...args: string[]): Act =>
    (dir) =>
      expect(spawnSync(program, args, { cwd: dir }).error).toBeUndefined();
  const socket = "net.createServer().listen('s', () => process.kill(process.pid, 'SIGKILL'))";
  const left: [string, string, Act][] = [
    ['a FIFO', 'ENOTSUP', run('mkfifo', 'src/pipe')],
    ['a socket', 'ENOTSUP', run(process.execPath, '-e', socket)],
    ['a repository', 'ENOTSUP', dirAt('src/.git/objects')],
    ['a repository elsewhere', 'ENOTSUP', put('src/.git', 'gitdir: /x\n')],
    ['a repository by another letter case', 'ENOTSUP', dirAt('.GiT')],
    ['a file over the limit', 'EFBIG', sized('big', MAX_BYTES + 1)],
    ['paths that no call takes', 'ENAMETOOLONG', tooDeep],
    ['a locked workspace', 'ENOTSUP', mode('', 0)],
  ];
  if (process.getuid?.() === 0) left.push(['a device', 'ENOTSUP', run('mknod', 'null', 'c', '1', '3')]);

  it.each(left)('%s fails the op, and all is as before', async (_, errno, act) => {
    const w = await workspace(
      START,
      unfenced((dir) => void all(act, put('run.sh', 'changed'))(dir)),
    );
    const before = [await w.hash(), picture(w.place.dir)];
    const done = await perform(w, sh('x'));
    expect(done).toMatchObject({ ok: false, errno, worldHash: before[0], timedOut: false });
    expect(done.ok ? '' : done.detail).toMatch(/so it is as before$/);
    expect([await w.hash(), picture(w.place.dir)]).toEqual(before);
    expect(readdirSync(join(w.place.shadow, 'staging'))).toEqual([]);
  });

  it.each(left.filter(([name]) => name !== 'a file over the limit'))(
    '%s put there from outside stops the world until it is gone',
    async (_, errno, act) => {
      const w = await workspace(START);
      const hash = await w.hash();
      act(w.place.dir);
      expect(await w.hash()).toBe(hash);
      expect(await w.observe('run.sh')).toMatchObject({ ok: false, worldHash: hash });
      expect(await perform(w, write('run.sh', 'replace', ''))).toMatchObject({ ok: false, errno, worldHash: hash });
      await w.restore(await w.snapshot());
      expect(await perform(w, write('run.sh', 'replace', ''))).toMatchObject({ ok: true });
    },
  );

  it('a directory that goes while it is read stops the world for that moment', async () => {
    const w = await workspace(START);
    const hash = await w.hash();
    replaceFs('readdirSync', (real) => (...args: Parameters<typeof real>) => {
      if (String(args[0]).endsWith('/src')) rmSync(join(w.place.dir, 'src'), { recursive: true, force: true });
      return (real as (...args: unknown[]) => unknown)(...args);
    });
    expect(await w.observe('run.sh')).toMatchObject({ ok: false, worldHash: hash });
    expect(await w.observe('run.sh')).toMatchObject({ ok: true });
    expect(await w.hash()).not.toBe(hash);
  });

  it('a hard link to a file outside is refused, and the file outside is left alone', async () => {
    const w = await workspace(START);
    const outside = join(w.place.run, 'secret');
    writeFileSync(outside, 'secret', { mode: 0o640 });
    linkSync(outside, join(w.place.dir, 'inner'));
    expect(await w.observe('inner')).toMatchObject({ ok: false });
    expect(await perform(w, write('inner', 'replace', 'x'))).toMatchObject({ ok: false, errno: 'ENOTSUP' });
    await w.restore(await w.snapshot());
    expect(readFileSync(outside, 'utf8')).toBe('secret');
    expect(lstatSync(outside)).toMatchObject({ nlink: 1, mode: 0o100640 });
  });
});
