/** The pipe through which a command's output comes. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchownSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Opens a file for nothing but to be opened again through /proc/self/fd; counts neither as reader nor as writer. */
const O_PATH = 0o10000000;

/** FIFOs that nobody else holds; each has lost its name. */
const free: number[] = [];

const makeFifo = async (env: NodeJS.ProcessEnv): Promise<number> => {
  const path = join(tmpdir(), `turingos-sandbox-${randomUUID()}`);
  await run('mkfifo', ['-m', '600', path], { env });
  try {
    return openSync(path, O_PATH);
  } finally {
    unlinkSync(path);
  }
};

/**
 * What Node calls a pipe is a socket, which cannot be opened by a name such as /dev/stderr, as many a script does. So it
 * is a FIFO, which belongs to the command's user. Node has no call that makes one, and to start a program for it takes
 * milliseconds: so they are used again.
 */
export class OutputPipe {
  /** To read from. */
  readonly stream: Socket;
  /** To be given to the child. */
  readonly end: number;
  readonly #fifo: number;
  #ours = true;

  private constructor(fifo: number, owner: number | undefined) {
    const path = `/proc/self/fd/${fifo}`;
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.end = openSync(path, constants.O_WRONLY);
    if (owner !== undefined) fchownSync(this.end, owner, owner);
    this.stream = new Socket({ fd, readable: true, writable: false });
    this.#fifo = fifo;
  }

  static async open(env: NodeJS.ProcessEnv, owner: number | undefined): Promise<OutputPipe> {
    return new OutputPipe(free.pop() ?? (await makeFifo(env)), owner);
  }

  /** The child has the other end, so it is no longer ours: the stream ends when nobody holds it any more. */
  given(): void {
    if (this.#ours) closeSync(this.end);
    this.#ours = false;
  }

  /** `alone`: no process can hold an end any more. */
  close(alone: boolean): void {
    this.given();
    this.stream.destroy();
    if (alone) free.push(this.#fifo);
    else closeSync(this.#fifo);
  }
}
