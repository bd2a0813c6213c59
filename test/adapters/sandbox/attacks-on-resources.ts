/** Attacks that use up the machine, or go on after the exec. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, ENOSYS, type Scene } from './scene.ts';

export const attacksOnResources = (scene: Scene): void => {
  describe('using up', () => {
    test('a fork bomb gets no more processes than the limit', async () => {
      const bomb = `my $n = 0; # ${scene.word}
        while (1) { my $p = fork; if (!defined $p) { print "refused after $n"; exit } if (!$p) { sleep 600 } $n++ }`;
      const result = await scene.box.exec(['perl', '-e', bomb], { limits: { processes: 32 } });
      expect(result).toMatchObject({ ok: true });
      const many = Number(/refused after (\d+)/.exec(result.ok ? result.output : '')?.[1]);
      expect(many).toBeGreaterThan(5);
      expect(many).toBeLessThan(32);
      scene.nothingIsLeft();
    });

    test('a fork bomb of processes that all go on forking is over at the deadline', async () => {
      const result = await scene.box.exec(['perl', '-e', `fork while 1; # ${scene.word}`], {
        limits: { processes: 32 },
        deadlineMs: 700,
      });
      expect(result).toMatchObject({ ok: false, errno: 'ETIMEDOUT', timedOut: true });
      scene.nothingIsLeft();
    });

    test('one process that takes memory for ever', async () => {
      const result = await scene.box.exec(['perl', '-e', 'push @a, "x" x 4_000_000 while 1'], {
        limits: { memoryBytes: 100e6 },
      });
      expect(result).toMatchObject({ ok: false, errno: 'ENOMEM' });
    });

    test('many processes that each take a little memory', async () => {
      const hog = `for (1..20) { fork or do { my $a = "x" x 20_000_000; sleep 600 } } sleep 600 # ${scene.word}`;
      const result = await scene.box.exec(['perl', '-e', hog], { limits: { memoryBytes: 200e6 } });
      expect(result).toMatchObject({ ok: false, errno: 'ENOMEM' });
      scene.nothingIsLeft();
    });

    test('one allocation larger than any address space that is allowed', async () => {
      const text = await scene.box.perl('my $a = eval { "x" x 20_000_000_000 }; print "alive"');
      expect(text).toMatch(/Out of memory/i);
    });

    test.each(['/dev/shm', '/tmp'])('files in memory: %s is bounded', async (dir) => {
      const text = await scene.box.sh(
        `cd ${dir}; for i in 1 2 3; do head -c 60000000 /dev/zero >$i || true; done 2>&1; du -sm .`,
      );
      expect(text).toMatch(/No space left/);
      expect(Number(/(\d+)\s+\.$/m.exec(text)?.[1])).toBeLessThanOrEqual(65);
    });

    test('memory that is charged to no process', async () => {
      const text = await scene.syscalls(
        [call.memfd_create, '"a"', 0],
        [call.shmget, 0, 1_000_000, 0o1777],
        [call.semget, 0, 30_000, 0o1777],
        [call.msgget, 0, 0o1777],
      );
      expect(text).toBe(`${ENOSYS} `.repeat(4));
    });

    test('100 MB of output are kept to the limit, and counted', async () => {
      const limits = { outputBytes: 10_000 };
      const text = await scene.box.output(['sh', '-c', 'head -c 100000000 /dev/zero | tr "\\0" x'], { limits });
      const line = '[of 100000000 bytes of output, all after the first 10000 were dropped]\n';
      expect(text).toBe(`${'x'.repeat(10_000)}\n${line}`);
    });

    test('output without end', async () => {
      const result = await scene.box.exec(['yes'], { deadlineMs: 500 });
      expect(result).toMatchObject({ ok: false, timedOut: true });
    });

    test('a file larger than the limit', async () => {
      const dd = ['dd', 'if=/dev/zero', 'of=big', 'bs=1M', 'count=100'];
      const result = await scene.box.exec(dd, { limits: { fileBytes: 5_000_000 } });
      expect(result).toMatchObject({ ok: false, errno: 'EFBIG' });
      expect(statSync(join(scene.box.workspace, 'big')).size).toBeLessThanOrEqual(5_000_000);
    });

    test('computing past the deadline', async () => {
      const result = await scene.box.exec(['perl', '-e', `1 while 1; # ${scene.word}`], { deadlineMs: 500 });
      expect(result).toMatchObject({ ok: false, errno: 'ETIMEDOUT', timedOut: true });
      scene.nothingIsLeft();
    });

    test('computing past the limit of CPU time', async () => {
      const result = await scene.box.exec(['perl', '-e', '1 while 1'], { limits: { cpuSeconds: 1 } });
      expect(result).toMatchObject({ ok: false, errno: 'ETIME', timedOut: false });
    });

    test('computing past the limit of CPU time with its signal ignored', async () => {
      const result = await scene.box.exec(['perl', '-e', '$SIG{XCPU} = "IGNORE"; 1 while 1'], {
        limits: { cpuSeconds: 1 },
      });
      expect(result).toMatchObject({ ok: true, exit: 137 });
    });
  });

  describe('outliving the exec', () => {
    const daemon = (fds: string, then: string): string => `
      use POSIX; $SIG{HUP} = $SIG{TERM} = "IGNORE"; # ${scene.word}
      exit 0 if fork; setsid; exit 0 if fork; ${fds} ${then}`;

    test('a daemon that double-forks, sets its session and closes all files', async () => {
      const text = await scene.box.perl(daemon('POSIX::close($_) for 0..50;', 'while (1) { sleep 1 }'));
      expect(text).toBe('');
      scene.nothingIsLeft();
    });

    test('a daemon that keeps our pipe open', async () => {
      const text = await scene.box.perl(daemon('', 'while (1) { sleep 1 }'));
      expect(text).toBe('');
      scene.nothingIsLeft();
    });

    test('a daemon behind a command that passes its deadline', async () => {
      const script = `${daemon('', 'while (1) { fork; sleep 1 }').replaceAll('exit 0', 'sleep 600')}`;
      const result = await scene.box.exec(['perl', '-e', script], { deadlineMs: 600 });
      expect(result).toMatchObject({ timedOut: true });
      scene.nothingIsLeft();
    });

    test('a command that its caller aborts', async () => {
      const aborter = new AbortController();
      const running = scene.box.exec(['sh', '-c', `echo begun >begun; sleep 600 # ${scene.word}`], {
        signal: aborter.signal,
      });
      await expect.poll(() => existsSync(join(scene.box.workspace, 'begun')), { timeout: 10_000 }).toBe(true);
      aborter.abort();
      expect(await running).toMatchObject({ ok: false, errno: 'ECANCELED', timedOut: false });
      scene.nothingIsLeft();
    });

    test('a command that is aborted before it begins does nothing', async () => {
      const result = await scene.box.exec(['sh', '-c', 'echo x >never'], { signal: AbortSignal.abort() });
      expect(result).toMatchObject({ ok: false, errno: 'ECANCELED' });
      expect(existsSync(join(scene.box.workspace, 'never'))).toBe(false);
    });
  });
};
