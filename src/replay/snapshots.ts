/** The states that a run's index keeps to start folding from. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Anchor } from '../journal/anchor.ts';
import { IndexDamaged } from '../journal/index-layout.ts';
import { withRows } from '../journal/index-table.ts';
import { JournalWalk } from '../journal/index-walk.ts';
import type { LiveState } from '../store/live-state.ts';
import { PROJECTIONS_VERSION } from '../store/version.ts';
import { COUNTED, layoutOf, type Snapshot, statesFile, withSnapshots } from './index-tables.ts';

/**
 * Records between two snapshots: what a seek folds at most. Reading and folding take about 12 µs a record, so 1,000 keep it
 * well under 50 ms on a busy machine; a compressed state has some 25 KB, so a million records cost 25 MB of snapshots.
 */
export const SNAPSHOT_EVERY = 1000;

/** Spoilt or foreign ones at the end that are passed over; an index with more of them is thrown away. */
const TRIES = 8;

/** A `LiveState` is JSON by itself. Level 1: a fifth of the size for a millisecond. */
export const packState = (state: LiveState): Buffer => deflateSync(JSON.stringify(state), { level: 1 });

/** @throws IndexDamaged */
export const readState = (dir: string, { offset, bytes }: Snapshot): LiveState => {
  const path = statesFile(dir);
  const packed = Buffer.alloc(bytes);
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    readSync(fd, packed, 0, bytes, offset);
    // What was packed carries a checksum of its own.
    return JSON.parse(inflateSync(packed).toString('utf8')) as LiveState;
  } catch {
    throw new IndexDamaged(path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};

export const anchorOf = ({ seq, hash, segment, byte }: Anchor): Anchor => ({ seq, hash, segment, byte });

/** A snapshot, and which line of its file it is. */
export interface Found {
  snapshot: Snapshot;
  index: number;
}

/** The newest snapshot that is whole, and was taken of the journal that is there, by projections of this version. */
export const newestSnapshot = (runDir: string, dir: string): Found | undefined => {
  for (const found of lastSnapshots(dir)) {
    const { snapshot } = found;
    if (snapshot.version !== PROJECTIONS_VERSION || !isWhole(dir, snapshot)) continue;
    if (fits(runDir, snapshot)) return found;
  }
  return undefined;
};

/** The last readable line as it is: nothing about it is checked. */
export const lastSnapshot = (dir: string): Snapshot | undefined => lastSnapshots(dir)[0]?.snapshot;

const fits = (runDir: string, snapshot: Snapshot): boolean => {
  const walk = JournalWalk.after(runDir, anchorOf(snapshot));
  walk?.close();
  return walk !== undefined;
};

/** Newest first; a crash may have left a spoilt line at the end. */
const lastSnapshots = (dir: string): Found[] =>
  withSnapshots(dir, (rows) => {
    const found: Found[] = [];
    for (let index = rows.count - 1; index >= Math.max(0, rows.count - TRIES); index -= 1) {
      const snapshot = rows.look(index);
      if (snapshot !== undefined) found.push({ snapshot, index });
    }
    return found;
  }) ?? [];

/** Whether the files hold what a snapshot counts, as far as their lengths and last lines tell. */
const isWhole = (dir: string, snapshot: Snapshot): boolean =>
  sizeOf(statesFile(dir)) >= snapshot.offset + snapshot.bytes &&
  COUNTED.every((name) => {
    const last = snapshot[name] - 1;
    return last === -1 || withRows(join(dir, name), layoutOf(name), (rows) => rows.look(last)) !== undefined;
  });

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? -1;
