import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync as systemWrite } from 'node:fs';
import { dirname } from 'node:path';
import { cannotBeWritten } from './errors.ts';
import { isNoRoom } from './no-room.ts';
import { Place } from './place.ts';

/** As `writeSync`: writes from an offset on and returns how many bytes it took. */
export type Write = (fd: number, bytes: Buffer, offset: number) => number;

const NEWLINE = 10;

/** A segment that is being written: at its end there is never a part of a line, but after a crash in the midst of a write. */
export class SegmentFile {
  readonly fd: number;
  readonly place: Place;
  /** Bytes. */
  size: number;
  readonly #write: Write;

  /**
   * Opens the segment, or begins it. Throws what the system says where there is no room for it, else `JournalError` `failed`.
   *
   * @param durable sync its name too
   */
  constructor(path: string, durable: boolean, write: Write = systemWrite) {
    this.#write = write;
    try {
      this.fd = openSync(path, 'a');
    } catch (error) {
      throw isNoRoom(error) ? error : cannotBeWritten(path, error);
    }
    try {
      if (durable) syncDir(dirname(path));
      this.place = new Place(path);
      this.size = fstatSync(this.fd).size;
    } catch (error) {
      closeSync(this.fd);
      throw cannotBeWritten(path, error);
    }
  }

  /** Whether it is as long as this writer made it. */
  isWhole(): boolean {
    return fstatSync(this.fd).size === this.size;
  }

  /**
   * Appends whole lines. When that fails, those that are complete stay (a follower may have seen them), a part of one is
   * taken away again, `size` tells how far it came, and what the system says is thrown.
   */
  append(lines: Buffer): void {
    let done = 0;
    try {
      while (done < lines.length) done += this.#write(this.fd, lines, done);
    } catch (error) {
      const whole = done === 0 ? 0 : lines.lastIndexOf(NEWLINE, done - 1) + 1;
      if (whole < done) ftruncateSync(this.fd, this.size + whole);
      this.size += whole;
      throw error;
    }
    this.size += done;
  }
}

function syncDir(path: string): void {
  const dir = openSync(path, 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}
