import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from './blobs.ts';
import { JournalError } from './errors.ts';
import { segmentName } from './segments.ts';

/**
 * `always`: on the disk before an effect. `interval`: on the disk at most some 50 ms later. `never`: whenever the system
 * likes. A crash of the process alone loses nothing that was handed to the system under any of them.
 */
export type FsyncPolicy = 'always' | 'interval' | 'never';

const INTERVAL_MS = 50;
/** Characters gathered before they are written without being asked to. */
const CHUNK = 64 * 1024;

/** Where the writer goes on: the segment's number and its size in bytes. */
export interface SinkPosition {
  segment: number;
  size: number;
}

/**
 * Text to segments: gathers lines, writes whole batches with one call, begins new segments and syncs. Writing is
 * synchronous (into the page cache, so short); syncing is not, but at the end of a segment.
 */
export class SegmentSink {
  readonly #dir: string;
  readonly #policy: FsyncPolicy;
  readonly #limit: number;
  readonly #blobs: BlobStore;
  #fd: number;
  #segment: number;
  #size: number;
  /** Whole batches that wait to be written. */
  #waiting = '';
  /** Bytes written, and bytes known to be on the disk, since the sink was opened. */
  #written = 0;
  #durable = 0;
  #syncing: Promise<void> | undefined;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: JournalError | undefined;

  constructor(dir: string, at: SinkPosition, policy: FsyncPolicy, limit: number, blobs: BlobStore) {
    this.#dir = dir;
    this.#policy = policy;
    this.#limit = limit;
    this.#blobs = blobs;
    this.#segment = at.segment;
    this.#size = at.size;
    this.#fd = this.#openSegment();
  }

  /** Throws what made the sink unusable, if anything did: after a failed write nothing more is accepted. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Takes a whole batch; it will be written with one call. */
  append(batch: string): void {
    this.#waiting += batch;
    const { length } = this.#waiting;
    // Characters stand for bytes here, which may be some more: a segment need not end at an exact size.
    if (this.#size + length >= this.#limit) this.#rotate();
    else if (length >= CHUNK) this.write();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#writeScheduled);
    }
  }

  /** Hands everything taken to the operating system. */
  write(): void {
    this.check();
    if (this.#waiting === '') return;
    const bytes = Buffer.from(this.#waiting, 'utf8');
    try {
      for (let from = 0; from < bytes.length; ) from += writeSync(this.#fd, bytes, from);
    } catch (error) {
      throw this.#fail('written', error);
    }
    this.#waiting = '';
    this.#size += bytes.length;
    this.#written += bytes.length;
    // Under `always` this is for what nobody waits for: notes.
    if (this.#policy !== 'never') this.#timer ??= setTimeout(this.#syncOnTime, INTERVAL_MS).unref();
  }

  /** Writes, and resolves when all of it is on the disk. Callers that wait together share a sync. */
  async sync(): Promise<void> {
    this.write();
    await this.#untilDurable();
  }

  /** Writes, syncs (but under `never`) and closes. Nothing is taken any more from the moment of the call. */
  async close(): Promise<void> {
    swallow(() => this.write());
    const failure = this.#failure;
    this.#failure ??= new JournalError('closed', 'The journal is closed; open it again to append.');
    clearTimeout(this.#timer);
    try {
      if (failure !== undefined) throw failure;
      if (this.#policy !== 'never') await this.#untilDurable();
    } finally {
      await this.#syncing?.catch(() => {});
      closeSync(this.#fd);
    }
  }

  async #untilDurable(): Promise<void> {
    const target = this.#written;
    while (this.#durable < target) {
      this.#syncing ??= this.#syncOnce().finally(() => {
        this.#syncing = undefined;
      });
      await this.#syncing;
    }
  }

  readonly #writeScheduled = (): void => {
    this.#scheduled = false;
    // A failure is kept and thrown at whoever appends or waits next: here nobody could catch it.
    if (this.#failure === undefined) swallow(() => this.write());
  };

  readonly #syncOnTime = (): void => {
    this.#timer = undefined;
    if (this.#failure === undefined) this.sync().catch(() => {});
  };

  async #syncOnce(): Promise<void> {
    const fd = this.#fd;
    const target = this.#written;
    try {
      await this.#blobs.sync();
      await new Promise<void>((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())));
      this.#durable = Math.max(this.#durable, target);
    } catch (error) {
      throw this.#fail('synced', error);
    }
  }

  /**
   * Ends the segment. It is synced here and now, so that after a power cut an incomplete line can only be the journal's
   * last one; this is the one place that waits for the disk, once in 64 MiB.
   */
  #rotate(): void {
    this.write();
    const fd = this.#fd;
    try {
      if (this.#policy !== 'never') {
        this.#blobs.syncNow();
        fdatasyncSync(fd);
        this.#durable = this.#written;
      }
      this.#segment += 1;
      this.#size = 0;
      this.#fd = this.#openSegment();
    } catch (error) {
      throw this.#fail('rotated', error);
    }
    // A sync of the old segment may still be under way; its number must not be given away before it ends.
    if (this.#syncing === undefined) closeSync(fd);
    else this.#syncing.catch(() => {}).then(() => closeSync(fd));
  }

  #openSegment(): number {
    const fd = openSync(join(this.#dir, segmentName(this.#segment)), 'a');
    if (this.#policy !== 'never') {
      const dir = openSync(this.#dir, 'r');
      fsyncSync(dir);
      closeSync(dir);
    }
    return fd;
  }

  #fail(what: string, error: unknown): JournalError {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure = new JournalError(
      'failed',
      `The journal could not be ${what} (${reason}); nothing more is recorded: free the disk or fix it, then resume the run.`,
      { cause: error },
    );
    return this.#failure;
  }
}

function swallow(action: () => void): void {
  try {
    action();
  } catch {}
}
