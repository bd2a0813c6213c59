/** What the attacks are made on: a fenced driver, a process of the same user, and servers that count who gets through. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { Fenced, processesWith, SECRET } from './fenced.ts';

/** System calls by number, for perl's `syscall`. */
const CALLS = {
  x64: {
    ...{
      ptrace: 101,
      mount: 165,
      syslog: 103,
      setns: 308,
      clone: 56,
      clone3: 435,
      unshare: 272,
      ioctl: 16,
      mknod: 133,
      socket: 41,
    },
    ...{ add_key: 248, request_key: 249, keyctl: 250, memfd_create: 319, shmget: 29, semget: 64, msgget: 68 },
    ...{ bpf: 321, perf_event_open: 298, userfaultfd: 323, io_uring_setup: 425 },
  },
  arm64: {
    ...{
      ptrace: 117,
      mount: 40,
      syslog: 116,
      setns: 268,
      clone: 220,
      clone3: 435,
      unshare: 97,
      ioctl: 29,
      mknod: 33,
      socket: 198,
    },
    ...{ add_key: 217, request_key: 218, keyctl: 219, memfd_create: 279, shmget: 194, semget: 190, msgget: 186 },
    ...{ bpf: 280, perf_event_open: 241, userfaultfd: 282, io_uring_setup: 425 },
  },
};
export const call = CALLS[process.arch as 'x64' | 'arm64'];
/** Numbers of errors. */
export const [EPERM, ESRCH, ENXIO, ENOSYS] = [1, 3, 6, 38];

export class Scene {
  readonly uid: number;
  readonly abstract = `\0fenced-${randomUUID()}`;
  /** By which an attack's processes are found. */
  readonly word = `attack-${randomUUID()}`;
  box!: Fenced;
  victim!: ChildProcess;
  port = 0;
  #connections = 0;
  readonly #servers: Server[] = [];

  /** To be made within a describe, whose tests it surrounds. */
  constructor(uid: number) {
    this.uid = uid;
    beforeAll(() => this.#open());
    afterAll(() => this.#close());
  }

  /** How many got through to one of the servers. */
  connections(): number {
    return this.#connections;
  }

  nothingIsLeft(): void {
    expect(processesWith(this.word)).toEqual([]);
  }

  victimIsUntouched(): void {
    const status = readFileSync(`/proc/${this.victim.pid}/status`, 'utf8');
    expect(status).toMatch(/^State:\s+S/m);
    expect(status).toMatch(/^TracerPid:\s+0$/m);
  }

  /** The error numbers of system calls, which perl makes with these arguments. */
  syscalls(...calls: (number | string)[][]): Promise<string> {
    return this.box.perl(
      calls
        .map((args) => `{ my ($n, @a) = (${args.join(',')}); print syscall($n, @a) < 0 ? $!+0 : "done", " " }`)
        .join('\n'),
    );
  }

  async #open(): Promise<void> {
    this.box = await Fenced.open(this.uid);
    const { port } = (await this.#listen({ port: 0, host: '127.0.0.1' })).address() as { port: number };
    this.port = port;
    await this.#listen({ path: join(this.box.run, 'control.sock') });
    await this.#listen({ path: this.abstract });
    const user = this.uid === process.getuid?.() ? {} : { uid: this.uid, gid: this.uid };
    this.victim = spawn('sleep', ['600'], { stdio: 'ignore', ...user });
  }

  #close(): void {
    this.box.close();
    this.victim.kill('SIGKILL');
    for (const server of this.#servers) server.close();
  }

  #listen(at: object): Promise<Server> {
    return new Promise((resolve) => {
      const server = createServer((socket) => {
        this.#connections++;
        socket.end(SECRET);
      });
      this.#servers.push(server);
      server.listen(at, () => resolve(server));
    });
  }
}
