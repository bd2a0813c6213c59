/** Attacks on other processes, and attempts to get more rights. */
import { describe, expect, test } from 'vitest';
import { call, ENOSYS, ENXIO, EPERM, ESRCH, type Scene } from './scene.ts';

export const attacksOnRights = (scene: Scene): void => {
  describe('other processes', () => {
    test('ptrace', async () => {
      expect(await scene.syscalls([call.ptrace, 16, scene.victim.pid as number, 0, 0])).toBe(`${ESRCH} `);
      scene.victimIsUntouched();
    });

    test('kill, of one by its number and of all', async () => {
      const script = `print kill(9, ${scene.victim.pid}), " ", kill(0, ${scene.box.proc.pid}), "\n"; kill "TERM", -1; print "on"`;
      expect(await scene.box.perl(script)).toBe('0 0\non');
      scene.victimIsUntouched();
    });

    test('stopping its parent', async () => {
      const script = 'kill "STOP", getppid; kill "STOP", 1; kill "KILL", 1; print "parent ", getppid';
      expect(await scene.box.perl(script)).toBe('parent 1');
      scene.victimIsUntouched();
    });
  });

  describe('more rights', () => {
    test('a user namespace of its own, by every call that makes or enters one', async () => {
      const NEWUSER = 0x10000000;
      const text = await scene.syscalls(
        [call.unshare, NEWUSER],
        [call.clone, NEWUSER | 17, 0, 0, 0, 0],
        [call.clone3, 0, 0],
        [call.setns, 0, 0],
      );
      expect(text).toBe(`${ENOSYS} ${ENOSYS} ${ENOSYS} ${ENOSYS} `);
      expect(await scene.box.sh('unshare --user --map-root-user id; true')).toMatch(/not implemented/);
    });

    test('chroot', async () => {
      expect(await scene.box.perl('print chroot("/tmp") ? "in" : $!+0')).toBe(String(EPERM));
    });

    test('programs that run as their owner', async () => {
      const text = await scene.box.sh(`
        cp /usr/bin/id suid; chmod 6755 suid; ./suid -u
        grep -h NoNewPrivs /proc/self/status; grep CapEff /proc/self/status; grep CapBnd /proc/self/status
        su -c id 2>&1; true`);
      expect(text).toMatch(/^1000$/m);
      expect(text).toMatch(/NoNewPrivs:\s+1/);
      expect(text).toMatch(/CapEff:\s+0{16}/);
      expect(text).toMatch(/CapBnd:\s+0{16}/);
      expect(text).not.toContain('uid=0');
    });

    test('making a device', async () => {
      const mknod = process.arch === 'x64' ? [call.mknod, '"/tmp/mem"'] : [call.mknod, -100, '"/tmp/mem"'];
      expect(await scene.syscalls([...mknod, 0o20666, (1 << 8) | 1])).toBe(`${EPERM} `);
    });

    test('kernel keys, which outlive processes', async () => {
      const text = await scene.syscalls(
        [call.keyctl, 0, -4, 1],
        [call.add_key, '"user"', '"a"', '"b"', 1, -4],
        [call.request_key, '"user"', '"a"', 0, 0],
      );
      expect(text).toBe(`${ENOSYS} ${ENOSYS} ${ENOSYS} `);
    });

    test('calls for debuggers of the kernel', async () => {
      const calls = [call.bpf, call.perf_event_open, call.userfaultfd, call.io_uring_setup];
      expect(await scene.syscalls(...calls.map((number) => [number, 0, 0, 0, 0, 0]))).toBe(`${ENOSYS} `.repeat(4));
    });

    test('typing into our terminal', async () => {
      const text = await scene.box.perl(`print open(my $t, "<", "/dev/tty") ? "a terminal" : $!+0, " ";
        my $c = "x"; print syscall(${call.ioctl}, 0, 0x5412, $c) < 0 ? $!+0 : "typed", " ";
        print getpgrp == $$ || getppid == 1 ? "own session" : "ours"`);
      expect(text).toBe(`${ENXIO} ${ENOSYS} own session`);
    });
  });
};
