/** The pipe through which a command's output comes. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchownSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What Node calls a pipe is a socket, which cannot be opened by a name such as /dev/stderr, as many a script does. So it
 * is a FIFO, whose name is gone before anybody writes to it, and which belongs to the command's user.
 */
export class OutputPipe {
  /** To read from. */
  readonly stream: Socket;
  /** To be given to the child, then closed by `given()`. */
  readonly end: number;

  #ours = true;

  private constructor(stream: Socket, end: number) {
    this.stream = stream;
    this.end = end;
  }

  static async open(env: NodeJS.ProcessEnv, owner: number | undefined): Promise<OutputPipe> {
    const path = join(tmpdir(), `turingos-sandbox-${randomUUID()}`);
    await run('mkfifo', ['-m', '600', path], { env });
    try {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const end = openSync(path, constants.O_WRONLY);
      if (owner !== undefined) fchownSync(end, owner, owner);
      return new OutputPipe(new Socket({ fd, readable: true, writable: false }), end);
    } finally {
      unlinkSync(path);
    }
  }

  /** The child has the other end, so it is no longer ours: the stream ends when nobody holds it any more. */
  given(): void {
    if (this.#ours) closeSync(this.end);
    this.#ours = false;
  }

  close(): void {
    this.given();
    this.stream.destroy();
  }
}
