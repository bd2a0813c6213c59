/** Writing a run's index: lines are gathered and reach the files together with the snapshot that counts them. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Columns, Layout, Row } from '../journal/index-layout.ts';
import { makeIndexDir } from './index-lock.ts';
import {
  COUNTED,
  type Counted,
  layoutOf,
  SNAPSHOTS,
  type Snapshot,
  snapshotsFile,
  statesFile,
} from './index-tables.ts';
import type { Found } from './snapshots.ts';

interface OpenFile {
  fd: number;
  /** Bytes. */
  size: number;
}

export class IndexWriter {
  readonly #files: Readonly<Record<Counted | 'states' | 'snapshots', OpenFile>>;
  readonly #lines: Record<Counted, string>;
  readonly #counts: Record<Counted, number>;

  /** Opens the files, or makes them; what is after `last`, the snapshot to go on from, is cut off. */
  constructor(dir: string, last: Found | undefined) {
    makeIndexDir(dir);
    const count = (name: Counted): number => last?.snapshot[name] ?? 0;
    const each = <T>(make: (name: Counted) => T): Record<Counted, T> =>
      Object.fromEntries(COUNTED.map((name) => [name, make(name)])) as Record<Counted, T>;
    this.#counts = each(count);
    this.#lines = each(() => '');
    this.#files = {
      ...each((name) => openAt(join(dir, name), count(name) * layoutOf(name).width)),
      states: openAt(statesFile(dir), last === undefined ? 0 : last.snapshot.offset + last.snapshot.bytes),
      snapshots: openAt(snapshotsFile(dir), last === undefined ? 0 : (last.index + 1) * SNAPSHOTS.width),
    };
  }

  /** Bytes in all files. */
  get bytes(): number {
    return Object.values(this.#files).reduce((sum, file) => sum + file.size, 0);
  }

  count(name: Counted): number {
    return this.#counts[name];
  }

  add<C extends Columns>(name: Counted, layout: Layout<C>, row: Row<C>): void {
    this.#lines[name] += layout.encode(row);
    this.#counts[name] += 1;
  }

  commit(at: Pick<Snapshot, 'seq' | 'tick' | 'ms' | 'segment' | 'byte' | 'hash' | 'version'>, state: Buffer): void {
    const { states, snapshots } = this.#files;
    const offset = states.size;
    append(states, state);
    for (const name of COUNTED) {
      append(this.#files[name], Buffer.from(this.#lines[name], 'latin1'));
      this.#lines[name] = '';
    }
    const line = SNAPSHOTS.encode({ ...at, offset, bytes: state.length, ...this.#counts });
    append(snapshots, Buffer.from(line, 'latin1'));
  }

  close(): void {
    for (const { fd } of Object.values(this.#files)) closeSync(fd);
  }
}

const openAt = (path: string, size: number): OpenFile => {
  const fd = openSync(path, 'a');
  ftruncateSync(fd, size);
  return { fd, size };
};

const append = (file: OpenFile, bytes: Buffer): void => {
  for (let from = 0; from < bytes.length; ) from += writeSync(file.fd, bytes, from);
  file.size += bytes.length;
};
