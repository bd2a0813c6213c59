import { closeSync, fdatasync, fdatasyncSync } from 'node:fs';
import type { BlobStore } from './blobs.ts';
import type { SegmentFile } from './segment-file.ts';

/** The end of the sentence about a journal whose file is not where it was. */
const CONSEQUENCE = 'nothing more is recorded';

/** What of the written is on the disk. Texts are made durable before the records that name them. */
export class DiskSync {
  readonly #blobs: BlobStore;
  /** Bytes written, and bytes known to be on the disk, since the journal was opened. */
  #written = 0;
  #durable = 0;
  #syncing: Promise<void> | undefined;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  wrote(bytes: number): void {
    this.#written += bytes;
  }

  /**
   * Resolves when everything written so far is on the disk; who waits together shares a sync. Rejects with what the system
   * says, or with `JournalError` where the segment's path names it no longer.
   *
   * @param file the segment that is written at the moment; those before it were synced at their end
   */
  async untilDurable(file: () => SegmentFile): Promise<void> {
    const target = this.#written;
    while (this.#durable < target) {
      this.#syncing ??= this.#once(file()).finally(() => {
        this.#syncing = undefined;
      });
      await this.#syncing;
    }
  }

  /** Everything, blocking. */
  now(file: SegmentFile): void {
    if (this.#durable === this.#written) return;
    this.#blobs.syncNow();
    fdatasyncSync(file.fd);
    this.#durable = this.#written;
  }

  /** Throws `JournalError` where the segment's path names it no longer: nobody would find what is written. */
  check(file: SegmentFile): void {
    file.place.check(CONSEQUENCE);
  }

  /** Resolves when the segment is closed: a sync of it may be under way, and its number must not be given away before. */
  async close({ fd }: SegmentFile): Promise<void> {
    await this.#syncing?.catch(() => {});
    closeSync(fd);
  }

  async #once(file: SegmentFile): Promise<void> {
    const target = this.#written;
    this.check(file);
    await this.#blobs.sync();
    await new Promise<void>((resolve, reject) => fdatasync(file.fd, (error) => (error ? reject(error) : resolve())));
    this.#durable = Math.max(this.#durable, target);
  }
}
