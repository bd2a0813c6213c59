import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rehydrate } from './blob-refs.ts';
import { type BlobProblem, JournalError, reasonOf } from './errors.ts';
import { isNoRoom } from './no-room.ts';
import type { JournalRecord } from './record.ts';

/**
 * Texts by the SHA-256 of their UTF-8, one file each: `blobs/ab/abcdef…`. A file appears under its name only when it is
 * complete. It is on the disk after the next `sync`; the journal calls that before it makes its own records durable.
 *
 * A text that finds no room waits in memory, where it can be read already, until `flush` finds some: the journal's writer
 * calls that before it writes the records that name it.
 */
export class BlobStore {
  readonly #dir: string;
  readonly #unsynced = new Set<string>();
  readonly #waiting = new Map<string, Buffer>();
  #waitingBytes = 0;

  /** `runDir` is the run's directory; the store is its `blobs/`, made when first needed. */
  constructor(runDir: string) {
    this.#dir = join(runDir, 'blobs');
  }

  /** Bytes of the texts that wait for room. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Stores a well-formed text, unless it is there already; for want of room it waits. Throws `JournalError` `failed` when the
   * disk does not take it for another reason.
   */
  put(text: string): { sha256: string } {
    const bytes = Buffer.from(text, 'utf8');
    const sha256 = hash('sha256', bytes, 'hex');
    try {
      if (!this.#waiting.has(sha256)) this.#store(sha256, bytes);
    } catch (error) {
      if (!isNoRoom(error)) {
        throw new JournalError(
          'failed',
          `A text could not be stored under ${this.#dir} (${reasonOf(error)}); mend that, then resume the run.`,
          { cause: error },
        );
      }
      this.#waiting.set(sha256, bytes);
      this.#waitingBytes += bytes.length;
    }
    return { sha256 };
  }

  /** Stores what waits. Throws what the system says, with the rest still waiting. */
  flush(): void {
    for (const [sha256, bytes] of this.#waiting) {
      this.#store(sha256, bytes);
      this.#waiting.delete(sha256);
      this.#waitingBytes -= bytes.length;
    }
  }

  /** The text; throws `JournalError` `blob_missing` when it is absent or its bytes have another digest. */
  get(sha256: string): string {
    const text = this.look(sha256);
    if (typeof text === 'string') return text;
    const fault = text.why === 'absent' ? 'is not in the store' : 'has changed on the disk';
    throw new JournalError('blob_missing', `Blob ${sha256} ${fault}; put the file back under ${this.#dir} to read it.`);
  }

  /** Like `get`, with the problem as a value. */
  look(sha256: string): string | BlobProblem {
    let bytes: Buffer;
    try {
      bytes = this.#waiting.get(sha256) ?? readFileSync(this.#path(sha256));
    } catch {
      return { code: 'blob_missing', sha256, why: 'absent' };
    }
    if (hash('sha256', bytes, 'hex') !== sha256) return { code: 'blob_missing', sha256, why: 'wrong' };
    return bytes.toString('utf8');
  }

  /** The record with its long texts put back; where a blob is missing the reference stays and the problem is listed. */
  hydrate(record: JournalRecord): { record: JournalRecord; missing: BlobProblem[] } {
    const { value, missing } = rehydrate(record, (sha256) => this.look(sha256));
    return { record: value, missing };
  }

  /** Resolves when everything put before the call is on the disk. */
  async sync(): Promise<void> {
    const files = [...this.#unsynced];
    for (const path of this.#withDirs(files)) {
      const file = await open(path, 'r');
      await file.sync().finally(() => file.close());
    }
    for (const path of files) this.#unsynced.delete(path);
  }

  /** The same, blocking. What a `sync` under way has not finished with is synced here, too. */
  syncNow(): void {
    const files = [...this.#unsynced];
    for (const path of this.#withDirs(files)) {
      const fd = openSync(path, 'r');
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    }
    for (const path of files) this.#unsynced.delete(path);
  }

  /** Files first, then the directories that name them. */
  #withDirs(files: readonly string[]): string[] {
    return files.length === 0 ? [] : [...files, ...new Set(files.map(dirname)), this.#dir, dirname(this.#dir)];
  }

  #store(sha256: string, bytes: Buffer): void {
    const path = this.#path(sha256);
    // The size tells a file that a power cut left empty or short; such a one is written again.
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length) return;
    // One by one: a run's directory that was deleted must not come back as an empty shell.
    for (const dir of [this.#dir, dirname(path)]) if (!existsSync(dir)) mkdirSync(dir);
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      writeFileSync(temporary, bytes);
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
    this.#unsynced.add(path);
  }

  #path(sha256: string): string {
    return join(this.#dir, sha256.slice(0, 2), sha256);
  }
}
