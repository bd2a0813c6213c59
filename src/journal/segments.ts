import { readSync } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { seqOf } from './chain.ts';

/** Bytes after which a segment is closed and the next one begun. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;

const NAME = /^\d{6,}\.ndjson$/;

export function journalDir(runDir: string): string {
  return join(runDir, 'journal');
}

/** `000001.ndjson` for 1. */
export function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.ndjson`;
}

export function isSegmentName(name: string): boolean {
  return NAME.test(name);
}

export function segmentNumber(name: string): number {
  return Number.parseInt(basename(name), 10);
}

/** Whether this is one file of lines, whatever its name, and not a run's directory. */
export async function isSegmentFile(target: string): Promise<boolean> {
  return stat(target).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The segments' paths, in order; empty where there is no journal yet. `target` is a run's directory or one segment file. */
export async function listSegments(target: string): Promise<string[]> {
  if (await isSegmentFile(target)) return [target];
  const dir = journalDir(target);
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    // No directory of that name: nothing that could hold one.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return names
    .filter(isSegmentName)
    .sort((a, b) => segmentNumber(a) - segmentNumber(b))
    .map((name) => join(dir, name));
}

/** Index of the segment in which to look for `seq`: the last one that begins at or before it. */
export async function segmentWith(paths: readonly string[], seq: number): Promise<number> {
  for (let at = paths.length - 1; at > 0; at -= 1) {
    const first = await firstSeq(paths[at] as string);
    if (first !== 0 && first <= seq) return at;
  }
  return 0;
}

async function firstSeq(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    return seqOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

export interface Line {
  /** Where the line begins in its segment. */
  byte: number;
  /** Its bytes without the newline; a view that the next read overwrites. */
  bytes: Buffer;
}

/** Whole lines with their newlines: `byte` is where they begin in the segment, `bytes` a view that the next read overwrites. */
export interface Part {
  byte: number;
  bytes: Buffer;
}

const NEWLINE = 10;

export interface LineFileOptions {
  /** Where a line begins, default the first. */
  from?: number;
  /** Bytes to read at once; more where a line needs it. */
  chunk?: number;
  /** Read while everything else waits: a fifth faster from the page cache, for who reads all of a file. */
  blocking?: boolean;
}

/**
 * Reads a segment's complete lines, forwards, and can go on after its end when more has been written. Nothing is carried
 * over between reads but an offset, so a tail that is cut off meanwhile leaves no trace here.
 */
export class LineFile {
  readonly segment: string;
  /** Byte after the last complete line that was returned. */
  offset: number;
  /** Bytes of an incomplete line that the last read found after `offset`. */
  torn = 0;
  readonly #file: FileHandle;
  readonly #blocking: boolean;
  #buffer: Buffer;

  constructor(file: FileHandle, segment: string, options: LineFileOptions) {
    this.#file = file;
    this.segment = segment;
    this.offset = options.from ?? 0;
    this.#blocking = options.blocking ?? false;
    this.#buffer = Buffer.allocUnsafe(options.chunk ?? 512 * 1024);
  }

  static async open(path: string, options: LineFileOptions = {}): Promise<LineFile> {
    return new LineFile(await open(path, 'r'), basename(path), options);
  }

  /** The next lines, as many as fit in one read; none at the end. */
  async next(): Promise<Line[]> {
    const part = await this.part();
    if (part === undefined) return [];
    const lines: Line[] = [];
    const { byte, bytes } = part;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      lines.push({ byte: byte + start, bytes: bytes.subarray(start, end) });
      start = end + 1;
    }
    return lines;
  }

  /** The same lines in one piece, for who splits them without making an object of each; undefined at the end. */
  async part(): Promise<Part | undefined> {
    for (;;) {
      const bytesRead = this.#blocking ? this.#readNow() : await this.#read();
      const length = this.#buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
      const byte = this.offset;
      this.offset += length;
      this.torn = bytesRead - length;
      if (length > 0) return { byte, bytes: this.#buffer.subarray(0, length) };
      if (bytesRead < this.#buffer.length) return undefined;
      this.#buffer = Buffer.allocUnsafe(this.#buffer.length * 2);
    }
  }

  async #read(): Promise<number> {
    return (await this.#file.read(this.#buffer, 0, this.#buffer.length, this.offset)).bytesRead;
  }

  #readNow(): number {
    return readSync(this.#file.fd, this.#buffer, 0, this.#buffer.length, this.offset);
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
