import { join } from 'node:path';
import type { BlobStore } from './blobs.ts';
import { seqOf } from './chain.ts';
import { DiskSync } from './disk-sync.ts';
import { cannotBeWritten, JournalError, reasonOf } from './errors.ts';
import type { Lock } from './lock.ts';
import { isNoRoom, noRoomSentence } from './no-room.ts';
import { SegmentFile, type Write } from './segment-file.ts';
import { segmentName } from './segments.ts';

/**
 * `always`: on the disk before an effect. `interval`: on the disk at most some 50 ms later. `never`: whenever the system
 * likes. A crash of the process alone loses nothing that was handed to the system under any of them.
 */
export type FsyncPolicy = 'always' | 'interval' | 'never';

const INTERVAL_MS = 50;
/** Characters gathered before they are written without being asked to. */
const CHUNK = 64 * 1024;
/** How long a look at whose journal it is stands for what is written after it. */
const OURS_MS = 50;
/** How often that is looked at while nothing is written. */
const KEEP_MS = 1000;
/** How often room is looked for on a full disk. */
const RETRY_MS = 500;
/** Bytes of lines and texts that may wait for room. A run that awaits `written` gathers far less. */
const WAITING_MAX = 64 * 1024 * 1024;

/** Where the writer goes on: the segment's number and its size in bytes. */
export interface SinkPosition {
  segment: number;
  size: number;
}

/** A write that found no room; `over` settles when everything that waits is written, or can never be. */
interface Stall {
  readonly error: NodeJS.ErrnoException;
  readonly over: PromiseWithResolvers<void>;
}

/**
 * Text to segments: gathers lines, writes whole batches with one call, begins new segments and syncs. Writing is
 * synchronous (into the page cache, so short); syncing is not, but at the end of a segment.
 *
 * For want of room it *stalls*: what is appended gathers in memory, and every now and then it is tried again. Every other
 * failure is for good.
 */
export class SegmentSink {
  /** Told why when a stall begins, and null when it is over. */
  onStall: ((why: string | null) => void) | undefined;
  readonly #dir: string;
  readonly #policy: FsyncPolicy;
  readonly #limit: number;
  readonly #blobs: BlobStore;
  readonly #disk: DiskSync;
  readonly #lock: Lock;
  readonly #system: Write | undefined;
  readonly #keeper: NodeJS.Timeout;
  /** When it was last seen to be ours. */
  #oursAt = Number.NEGATIVE_INFINITY;
  #segment: number;
  #file: SegmentFile;
  /** Whole batches that wait to be written, but for lines at their beginning that found room before a stall. */
  #waiting = '';
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stall: Stall | undefined;
  #failure: JournalError | undefined;

  /** Throws `JournalError` `failed` where the segment cannot be written, or begun. */
  constructor(
    dir: string,
    at: SinkPosition,
    policy: FsyncPolicy,
    limit: number,
    blobs: BlobStore,
    lock: Lock,
    write?: Write,
  ) {
    this.#lock = lock;
    this.#system = write;
    this.#dir = dir;
    this.#policy = policy;
    this.#limit = limit;
    this.#blobs = blobs;
    this.#disk = new DiskSync(blobs);
    this.#segment = at.segment;
    try {
      this.#file = this.#openSegment(this.#segment);
    } catch (error) {
      if (error instanceof JournalError) throw error;
      throw cannotBeWritten(dir, error);
    }
    this.#keeper = setInterval(this.#keep, KEEP_MS).unref();
  }

  /** Throws what made the sink unusable, if anything did: after a failed write nothing more is accepted. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Takes a whole batch; it will be written with one call. */
  append(batch: string): void {
    this.#waiting += batch;
    const { length } = this.#waiting;
    if (this.#stall !== undefined) {
      if (length + this.#blobs.waitingBytes > WAITING_MAX) throw this.#fail('written', this.#stall.error);
    } else if (length >= CHUNK || this.#file.size + length >= this.#limit) {
      // Characters stand for bytes here, which may be some more: a segment need not end at an exact size.
      this.write();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#writeScheduled);
    }
  }

  /** Hands everything taken to the operating system; during a stall that is left to the next attempt. */
  write(): void {
    this.check();
    if (this.#stall === undefined) this.#attempt();
  }

  /** Writes, and resolves when all of it was handed to the operating system: at once, but for a stall. */
  async written(): Promise<void> {
    this.write();
    while (this.#stall !== undefined) await this.#stall.over.promise;
  }

  /** Writes, and resolves when all of it is on the disk. Callers that wait together share a sync. */
  async sync(): Promise<void> {
    await this.written();
    await this.#untilDurable();
  }

  /**
   * Writes, syncs (but under `never`) and closes. Nothing is taken any more from the moment of the call. Rejects, and names
   * the records that are lost, when there is no room for them even now.
   */
  async close(): Promise<void> {
    // Twice: the end of a stall may be told in a note.
    if (this.#failure === undefined) swallow(() => [this.#attempt(), this.write()]);
    const stall = this.#stall;
    // Where only the next segment found no room, nothing is lost.
    if (stall !== undefined && this.#waiting !== '') this.#settle(this.#lost(stall.error));
    stall?.over.resolve();
    this.#stall = undefined;
    clearTimeout(this.#retry);
    const failure = this.#failure;
    this.#failure ??= new JournalError('closed', 'The journal is closed; open it again to append.');
    clearTimeout(this.#timer);
    clearInterval(this.#keeper);
    try {
      if (failure !== undefined) throw failure;
      if (this.#policy !== 'never') await this.#untilDurable();
    } finally {
      await this.#disk.close(this.#file);
    }
  }

  async #untilDurable(): Promise<void> {
    try {
      await this.#disk.untilDurable(() => this.#file);
    } catch (error) {
      throw this.#fail('synced', error);
    }
  }

  #attempt(): void {
    clearTimeout(this.#retry);
    try {
      this.#refuseOthers();
      this.#blobs.flush();
      if (this.#policy === 'always') this.#synced(() => this.#blobs.syncNow());
      this.#writeLines();
      if (this.#file.size >= this.#limit) this.#rotate();
    } catch (error) {
      if (!isNoRoom(error)) throw this.#fail('written', error);
      this.#retry = setTimeout(this.#tryAgain, RETRY_MS);
      if (this.#stall !== undefined) return;
      this.#stall = { error, over: Promise.withResolvers() };
      // Whoever waits for it hears of a failure; that nobody does is no reason to crash.
      this.#stall.over.promise.catch(() => {});
      this.onStall?.(noRoomSentence(error, this.#dir));
      return;
    }
    if (this.#stall !== undefined) this.#settle();
  }

  /** Two that write one journal break its chain for ever: whoever finds that another one does stops. */
  #refuseOthers(): void {
    const now = performance.now();
    if (now - this.#oursAt < OURS_MS) return;
    this.#oursAt = now;
    try {
      this.#lock.keep();
    } catch (error) {
      // A lock that cannot be put back stops nobody; where the journal itself is lost, its own file tells.
      if (error instanceof JournalError && error.code === 'locked') throw this.#taken(error);
    }
    if (!this.#file.isWhole()) throw this.#taken();
  }

  #taken(cause?: JournalError): JournalError {
    const message = `The journal in ${this.#dir} is being written by another process: this one stops, and records nothing more.`;
    return new JournalError('failed', message, { cause });
  }

  #writeLines(): void {
    if (this.#waiting === '') return;
    const bytes = Buffer.from(this.#waiting, 'utf8');
    const before = this.#file.size;
    try {
      this.#file.append(bytes);
    } finally {
      const done = this.#file.size - before;
      this.#waiting = done === bytes.length ? '' : bytes.toString('utf8', done);
      this.#disk.wrote(done);
      // Under `always` this is for what nobody waits for: notes. Under `never` it only looks after the place.
      this.#timer ??= setTimeout(this.#lookAfter, INTERVAL_MS).unref();
    }
  }

  readonly #writeScheduled = (): void => {
    this.#scheduled = false;
    // A failure is kept and thrown at whoever appends or waits next: here nobody could catch it.
    if (this.#failure === undefined) swallow(() => this.write());
  };

  readonly #tryAgain = (): void => {
    if (this.#failure === undefined) swallow(() => this.#attempt());
  };

  readonly #keep = (): void => {
    if (this.#failure !== undefined) return;
    try {
      this.#refuseOthers();
    } catch (error) {
      this.#fail('written', error);
    }
  };

  readonly #lookAfter = (): void => {
    this.#timer = undefined;
    if (this.#failure !== undefined) return;
    if (this.#policy !== 'never') this.#untilDurable().catch(() => {});
    else swallow(() => this.#synced(() => this.#disk.check(this.#file)));
  };

  /** After a sync that failed nobody can say what is on the disk, so that is for good even where room was what it lacked. */
  #synced(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw this.#fail('synced', error);
    }
  }

  /**
   * Ends the segment. It is synced here and now, so that after a power cut an incomplete line can only be the journal's
   * last one; this is the one place that waits for the disk, once in 64 MiB.
   */
  #rotate(): void {
    const file = this.#file;
    this.#synced(() => {
      // Else the next segment would come to lie where the directory is by now.
      this.#disk.check(file);
      if (this.#policy !== 'never') this.#disk.now(file);
    });
    this.#file = this.#openSegment(this.#segment + 1);
    this.#segment += 1;
    // It is on the disk, so nobody needs to hear of a number that could not be given back.
    this.#disk.close(file).catch(() => {});
  }

  #openSegment(number: number): SegmentFile {
    return new SegmentFile(join(this.#dir, segmentName(number)), this.#policy !== 'never', this.#system);
  }

  /** Ends a stall, for good or for bad. */
  #settle(failure?: JournalError): void {
    const stall = this.#stall;
    this.#stall = undefined;
    clearTimeout(this.#retry);
    this.#failure ??= failure;
    if (stall === undefined) return;
    if (failure !== undefined) stall.over.reject(failure);
    else {
      stall.over.resolve();
      this.onStall?.(null);
    }
  }

  #fail(what: string, error: unknown): JournalError {
    if (this.#failure?.code === 'failed') return this.#failure;
    const failure =
      error instanceof JournalError
        ? error
        : new JournalError(
            'failed',
            `The journal in ${this.#dir} could not be ${what} (${reasonOf(error)}); nothing more is recorded: mend that, then resume the run.`,
            { cause: error },
          );
    this.#settle(failure);
    return failure;
  }

  #lost(error: NodeJS.ErrnoException): JournalError {
    const count = this.#waiting.split('\n').length - 1;
    const first = seqOf(Buffer.from(this.#waiting.slice(0, 32), 'latin1'));
    const lost = count === 0 ? 'no record is lost' : `its last ${count} records (from seq ${first} on) are lost`;
    return new JournalError(
      'failed',
      `The journal in ${this.#dir} was closed while there was no room (${reasonOf(error)}): ${lost}; make room, then resume the run.`,
      { cause: error },
    );
  }
}

function swallow(action: () => void): void {
  try {
    action();
  } catch {}
}
