/** Command lines that cannot be run, and what comes back from those that can. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Scene } from './scene.ts';

export const commandLines = (scene: Scene): void => {
  describe('the command line', () => {
    test.each([
      ['no program', [], 'EINVAL'],
      ['an empty name', [''], 'EINVAL'],
      ['a NUL', ['echo', 'a\0b'], 'EINVAL'],
      ['a megabyte in one argument', ['echo', 'x'.repeat(1e6)], 'E2BIG'],
      ['many megabytes', ['echo', ...Array(200).fill('x'.repeat(100_000))], 'E2BIG'],
      ['a program that is not there', ['no-such-program'], 'ENOENT'],
      ['a path that is not there', ['./no-such-program'], 'ENOENT'],
      ['a word of the shell', ['eval', 'id'], 'ENOENT'],
      ['a file that is no program', ['/etc/passwd'], 'EACCES'],
      ['a directory', ['/usr'], 'EACCES'],
    ])('%s', async (_name, argv, errno) => {
      expect(await scene.box.exec(argv)).toMatchObject({ ok: false, errno, timedOut: false });
    });

    test('no shell reads the arguments', async () => {
      const args = ['$(id)', '`id`', '; id', '$HOME', '*', '-n', '&& id', '\n', '"\'', '--'];
      const text = await scene.box.perl('print join("|", @ARGV)', '--', ...args);
      expect(text).toBe(args.join('|'));
    });

    test('a script whose interpreter is not there', async () => {
      writeFileSync(join(scene.box.workspace, 'script'), '#!/no/such/thing\n', { mode: 0o755 });
      expect(await scene.box.exec(['./script'])).toMatchObject({ ok: true, exit: 127 });
    });

    test('a workspace that is not there', async () => {
      expect(await scene.box.exec(['true'], { workspace: join(scene.box.run, 'nowhere') })).toMatchObject({
        ok: false,
        errno: 'ENOENT',
      });
      expect(await scene.box.exec(['true'], { workspace: 'relative' })).toMatchObject({ ok: false, errno: 'ENOTDIR' });
    });
  });

  test('output that is no UTF-8, and escapes of terminals, come through as well-formed text', async () => {
    const text = await scene.box.perl(
      'print "\\xff\\xfe a\\xc3 \\xe2\\x82 \\e]0;title\\a\\e[2J\\x00"; print STDERR "err"',
    );
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain('\u{fffd}');
    expect(text).toContain('\u{1b}[2J');
  });

  test('stdout and stderr come in their order', async () => {
    expect(await scene.box.sh('echo 1; echo 2 >&2; echo 3; echo 4 >&2')).toBe('1\n2\n3\n4\n');
    expect(await scene.box.sh('echo 1 >/dev/stdout; echo 2 >/dev/stderr; echo 3 >/proc/self/fd/1')).toBe('1\n2\n3\n');
  });

  test("what a command leaves is its caller's to read, change and delete", async () => {
    await scene.box.sh('umask 077; mkdir -p d/e; echo 1 >d/e/f; chmod 0 d/e/f d/e; ln -s nowhere d/l; mkfifo d/p');
    expect(await scene.box.exec(['sh', '-c', 'chmod 700 d/e && rm -r d'])).toMatchObject({ ok: true, exit: 0 });
    await scene.box.sh('echo 1 >mine');
    const { uid: owner } = statSync(join(scene.box.workspace, 'mine'));
    expect(owner).toBe(scene.uid === 0 ? 65_533 : scene.uid);
    // What the world writes between two execs is the command's to change again.
    writeFileSync(join(scene.box.workspace, 'worlds'), 'a');
    if (scene.uid !== process.getuid?.()) return;
    expect(await scene.box.sh('echo b >>worlds; cat worlds')).toBe('ab\n');
  });
};
