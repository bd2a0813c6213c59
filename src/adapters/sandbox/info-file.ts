/** Where bwrap tells the init of its process namespace (`--info-fd`). */

import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file without a name, not a pipe: were we killed, a pipe would be closed, and bwrap, ended by SIGPIPE in the middle
 * of its work, would leave a child that waits for it for ever.
 */
export class InfoFile {
  readonly fd: number;

  constructor() {
    const path = join(tmpdir(), `turingos-sandbox-${randomUUID()}`);
    this.fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
  }

  /** Told before anything runs in the sandbox. Undefined if bwrap did not come that far. */
  init(): number | undefined {
    const bytes = Buffer.alloc(4096);
    const text = bytes.toString('latin1', 0, readSync(this.fd, bytes, 0, bytes.length, 0));
    const init = /"child-pid":\s*(\d+)\b/.exec(text)?.[1];
    return init === undefined ? undefined : Number(init);
  }

  close(): void {
    closeSync(this.fd);
  }
}
