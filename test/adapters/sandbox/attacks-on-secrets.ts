/** Attacks that reach for what is outside: the network, what can be read, what can be changed. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPEN_DIRECTORY, SECRET } from './fenced.ts';
import { call, ENOSYS, EPERM, type Scene } from './scene.ts';

export const attacksOnSecrets = (scene: Scene): void => {
  describe('the network', () => {
    test('a server on our loopback', async () => {
      const { port } = scene;
      const script = `require("net").connect(${port}, "127.0.0.1").on("data", d => console.log(""+d)).on("error", e => console.log(e.code))`;
      expect(await scene.box.node(script)).toBe('ECONNREFUSED\n');
      expect(scene.connections()).toBe(0);
    });

    test('names, and addresses of the world', async () => {
      const script = `
        require("dns").lookup("example.com", e => console.log(e.code));
        require("net").connect(53, "9.9.9.9").on("error", e => console.log(e.code));
        require("dgram").createSocket("udp4").send("x", 53, "9.9.9.9", e => { console.log(e.code); process.exit() });`;
      const text = await scene.box.node(script);
      expect(text.split('\n').filter(Boolean).sort()).toEqual(
        expect.arrayContaining(['ENETUNREACH', expect.stringMatching(/EAI_AGAIN|ENOTFOUND|ENETUNREACH/)]),
      );
      expect(text).not.toContain('undefined');
    });

    test('an abstract socket, which has no path to hide', async () => {
      const name = JSON.stringify(scene.abstract);
      const script = `require("net").connect(${name}).on("data", d => console.log(""+d)).on("error", e => console.log(e.code))`;
      expect(await scene.box.node(script.replace('\\u0000', '\\0'))).toBe('ECONNREFUSED\n');
      expect(scene.connections()).toBe(0);
    });

    test('address families that no namespace holds: the host of a virtual machine, among others', async () => {
      const [vsock, alg, packet, tipc] = [40, 38, 17, 30];
      const text = await scene.syscalls(...[vsock, alg, packet, tipc].map((family) => [call.socket, family, 1, 0]));
      expect(text).toBe('97 97 97 97 ');
    });
  });

  describe('reading', () => {
    test('the environment of process 1, and of every other', async () => {
      const text = await scene.box.sh('for p in /proc/[0-9]*; do tr "\\0" "\\n" <$p/environ; done 2>/dev/null; true');
      expect(text).toContain('HOME=/workspace');
      expect(text).not.toContain(SECRET);
    });

    test('our environment', async () => {
      const text = await scene.box.output(['env']);
      expect(text.trim().split('\n').sort()).toEqual([
        'HOME=/workspace',
        'LANG=C.UTF-8',
        'PATH=/opt/bin:/usr/local/bin:/usr/bin:/bin',
        'PWD=/workspace',
      ]);
    });

    test('the home directory', async () => {
      const text = await scene.box.sh(`ls ${homedir()} /root /home ~root 2>&1; true`);
      expect(text.match(/No such file/g)?.length).toBeGreaterThanOrEqual(4);
    });

    test('the journal and the shadow repository, by their paths and by ways around them', async () => {
      const ways = [
        '',
        '/proc/1/root',
        '/proc/self/root',
        '/proc/self/cwd/..',
        '/workspace/..',
        '/oldroot',
        '/newroot',
      ];
      for (const file of ['journal.jsonl', 'shadow/HEAD']) {
        const paths = [
          ...ways.map((way) => `${way}${join(scene.box.run, file)}`),
          `../${file}`,
          `/proc/self/cwd/../${file}`,
        ];
        expect(await scene.box.sh(`cat ${paths.join(' ')} 2>&1; true`)).not.toContain(SECRET);
      }
    });

    test('control.sock: it cannot be connected to', async () => {
      for (const path of [join(scene.box.run, 'control.sock'), '../control.sock']) {
        const script = `require("net").connect(${JSON.stringify(path)}).on("data", d => console.log(""+d)).on("error", e => console.log(e.code))`;
        expect(await scene.box.node(script)).toBe('ENOENT\n');
      }
      expect(scene.connections()).toBe(0);
    });

    test('a directory that we have open', async () => {
      const text = await scene.box.sh(
        `cat /proc/self/fd/${OPEN_DIRECTORY}/journal.jsonl 2>&1; readlink /proc/self/fd/* /proc/1/fd/*`,
      );
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(scene.box.run);
    });

    test('a symbolic link in the workspace that leads outside', async () => {
      symlinkSync(join(scene.box.run, 'journal.jsonl'), join(scene.box.workspace, 'link'));
      symlinkSync('..', join(scene.box.workspace, 'up'));
      const text = await scene.box.sh('cat link up/journal.jsonl 2>&1; echo x >link; ls up; true');
      expect(text).not.toContain(SECRET);
      expect(text).toContain('link: No such file');
      expect(readFileSync(join(scene.box.run, 'journal.jsonl'), 'utf8')).toBe(`${SECRET}\n`);
    });

    test("processes of others, the kernel's log, memory and devices", async () => {
      const text = await scene.box.sh(
        'ls -d /proc/[0-9]* | wc -l; ls /dev/kmsg /dev/mem /dev/vda /dev/sda /sys 2>&1; dmesg 2>&1; true',
      );
      expect(Number(text.split('\n')[0])).toBeLessThan(8);
      expect(text.match(/No such file/g)).toHaveLength(5);
      expect(text).toMatch(/dmesg: .*not implemented/);
      expect(await scene.syscalls([call.syslog, 10, 0, 0])).toBe(`${ENOSYS} `);
    });

    test('password hashes and whatever else is in /etc', async () => {
      const text = await scene.box.sh('ls /etc; cat /etc/shadow 2>&1; true');
      expect(text).toMatch(/shadow: No such file/);
      expect(text.split('\n').slice(0, -2)).toEqual(['alternatives', 'group', 'hosts', 'ld.so.cache', 'passwd']);
    });
  });

  describe('changing', () => {
    test('the system: every place but /workspace and /tmp is read-only', async () => {
      const places = ['/', '/usr', '/usr/bin', '/etc', '/dev', '/opt', '/opt/bin', '/bin', '/proc', '/proc/sys/kernel'];
      const text = await scene.box.sh(
        `for d in ${places.join(' ')}; do { : >$d/x; } 2>/dev/null && echo "wrote $d"; done; true`,
      );
      expect(text).toBe('');
      expect(await scene.box.sh('rm /usr/bin/env /opt/bin/node; chmod 777 /usr; echo x >/opt/bin/node; true')).not.toBe(
        '',
      );
      expect(existsSync('/usr/bin/env')).toBe(true);
    });

    test('settings of the kernel', async () => {
      const files = ['kernel/core_pattern', 'kernel/hostname', 'vm/overcommit_memory', 'user/max_user_namespaces'];
      const before = files.map((file) => readFileSync(`/proc/sys/${file}`, 'utf8'));
      await scene.box.sh(
        `for f in ${files.join(' ')}; do echo 7 >/proc/sys/$f; done; echo b >/proc/sysrq-trigger; true`,
      );
      expect(files.map((file) => readFileSync(`/proc/sys/${file}`, 'utf8'))).toEqual(before);
    });

    test('a second name in the workspace for a file outside of it', async () => {
      const text = await scene.box.sh(
        'ln /usr/bin/env env; ln /opt/bin/node node; ln /etc/passwd p; ls env node p; true',
      );
      expect(text.match(/No such file/g)).toHaveLength(3);
    });

    test('mounts', async () => {
      expect(await scene.syscalls([call.mount, '"none"', '"/tmp"', '"tmpfs"', 0, 0])).toBe(`${EPERM} `);
      expect(
        await scene.box.sh('mount -t tmpfs none /workspace; mount -o remount,rw /usr; umount /proc; true'),
      ).not.toBe('');
      expect(await scene.box.sh('grep -c " /usr ro," /proc/self/mountinfo')).toBe('1\n');
    });
  });
};
