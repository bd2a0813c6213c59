import { type FileHandle, open, readdir } from 'node:fs/promises';
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

export function segmentNumber(name: string): number {
  return Number.parseInt(basename(name), 10);
}

/** The segments' paths, in order; empty where there is no journal yet. `target` is a run's directory or one segment. */
export async function listSegments(target: string): Promise<string[]> {
  if (NAME.test(basename(target))) return [target];
  const dir = journalDir(target);
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    // No directory of that name: nothing that could hold one.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return names
    .filter((name) => NAME.test(name))
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

/**
 * Reads a segment's complete lines, forwards, and can go on after its end when more has been written. Nothing is carried
 * over between reads but an offset, so a tail that is cut off meanwhile leaves no trace here.
 */
export class LineFile {
  readonly segment: string;
  /** Byte after the last complete line that was returned. */
  offset = 0;
  /** Bytes of an incomplete line that the last read found after `offset`. */
  torn = 0;
  readonly #file: FileHandle;
  #buffer = Buffer.allocUnsafe(512 * 1024);

  constructor(file: FileHandle, segment: string) {
    this.#file = file;
    this.segment = segment;
  }

  static async open(path: string): Promise<LineFile> {
    return new LineFile(await open(path, 'r'), basename(path));
  }

  /** The next lines, as many as fit in one read; none at the end. */
  async next(): Promise<Line[]> {
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, this.offset);
      const lines = this.#split(bytesRead);
      if (lines.length > 0 || bytesRead < this.#buffer.length) return lines;
      this.#buffer = Buffer.allocUnsafe(this.#buffer.length * 2);
    }
  }

  #split(length: number): Line[] {
    const lines: Line[] = [];
    const base = this.offset;
    let start = 0;
    for (let end = this.#buffer.indexOf(10); end !== -1 && end < length; end = this.#buffer.indexOf(10, start)) {
      lines.push({ byte: base + start, bytes: this.#buffer.subarray(start, end) });
      start = end + 1;
    }
    this.offset = base + start;
    this.torn = length - start;
    return lines;
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
