/** Makes a run's index: folds its records once, in order, and goes on where it stopped. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Anchor } from '../journal/anchor.ts';
import { JournalError } from '../journal/errors.ts';
import { ANCHOR_EVERY, ANCHORS, indexDir } from '../journal/index-files.ts';
import { IndexDamaged } from '../journal/index-layout.ts';

import { emptyLive, foldLive, type LiveState } from '../store/live-state.ts';
import { markedPid, marksOf } from '../store/marks.ts';
import type { Rec } from '../store/record.ts';
import { MARK_KINDS } from '../store/time-source.ts';
import { PROJECTIONS_VERSION } from '../store/version.ts';
import { lockIndex } from './index-lock.ts';
import { MARKS, type Snapshot, TICKS } from './index-tables.ts';
import { IndexWriter } from './index-writer.ts';
import { timeOf } from './place.ts';
import { RecWalk } from './rec-walk.ts';
import { anchorOf, newestSnapshot, packState, readState, SNAPSHOT_EVERY } from './snapshots.ts';

/** Later than any record. */
const NEVER = 99_999_999_999_999;

export class Indexer {
  /** Where the journal is broken, once that was found out; nothing follows then. */
  broken: JournalError | undefined;
  snapshots: number;
  readonly #walk: RecWalk;
  readonly #writer: IndexWriter;
  #live: LiveState;
  #at: Anchor;
  #tick: number;
  #ms: number;
  #leastMs = NEVER;
  #anchored: number;
  #committed: number;

  private constructor(walk: RecWalk, writer: IndexWriter, live: LiveState, from: Snapshot | undefined, count: number) {
    this.#walk = walk;
    this.#writer = writer;
    this.#live = live;
    this.#at = from === undefined ? { seq: 0, hash: '', segment: 1, byte: 0 } : anchorOf(from);
    this.#tick = from?.tick ?? 0;
    this.#ms = from?.ms ?? 0;
    this.#anchored = this.#committed = this.#at.seq;
    this.snapshots = count;
  }

  /** Goes on from the newest snapshot that is any good. Whoever calls holds the index's lock. */
  static open(runDir: string, dir: string): Indexer {
    const newest = newestSnapshot(runDir, dir);
    // A state whose bytes were spoilt, its length kept: all is made anew.
    const live = newest === undefined ? emptyLive : soundState(dir, newest.snapshot);
    const found = live === undefined ? undefined : newest;
    const from = found?.snapshot;
    const walk = RecWalk.after(runDir, from && anchorOf(from));
    if (walk === undefined) throw new Error('The journal was replaced while its index was being opened; try again.');
    return new Indexer(
      walk,
      new IndexWriter(dir, found),
      live ?? emptyLive,
      from,
      found === undefined ? 0 : found.index + 1,
    );
  }

  /** Seq of the last record taken. */
  get seq(): number {
    return this.#at.seq;
  }

  /** Lines and bytes of the index so far. */
  get sizes(): { anchors: number; marks: number; snapshots: number; bytes: number } {
    const marks = MARK_KINDS.reduce((sum, kind) => sum + this.#writer.count(`marks-${kind}`), 0);
    return { anchors: this.#writer.count('anchors'), marks, snapshots: this.snapshots, bytes: this.#writer.bytes };
  }

  /** Takes the next records, as many as one read gives; false at the present end, or at a break. */
  advance(): boolean {
    if (this.broken !== undefined) return false;
    try {
      const recs = this.#walk.next();
      for (const { rec, at } of recs ?? []) this.#take(rec, at);
      return recs !== undefined;
    } catch (error) {
      if (!(error instanceof JournalError) || error.code !== 'broken') throw error;
      this.broken = error;
      return false;
    }
  }

  /** A snapshot of where it is now, if there is none. */
  commit(): void {
    if (this.#committed === this.#at.seq) return;
    if (this.#anchored !== this.#at.seq) this.#anchor();
    const place = { seq: this.#at.seq, tick: this.#tick, ms: this.#ms };
    this.#writer.commit({ ...this.#at, ...place, version: PROJECTIONS_VERSION }, packState(this.#live));
    this.#committed = this.#at.seq;
    this.snapshots += 1;
  }

  close(): void {
    this.#writer.close();
    this.#walk.close();
  }

  #take(rec: Rec, at: Anchor): void {
    this.#live = foldLive(this.#live, rec);
    this.#at = at;
    this.#ms = timeOf(rec);
    this.#leastMs = Math.min(this.#leastMs, this.#ms);
    if (rec.kind === 'route.dispatched' && rec.tick > this.#tick) {
      this.#tick = rec.tick;
      this.#writer.add('ticks', TICKS, { tick: rec.tick, seq: rec.seq });
    }
    const place = { seq: rec.seq, tick: this.#tick, ms: this.#ms };
    for (const kind of marksOf(rec)) this.#writer.add(`marks-${kind}`, MARKS, { ...place, pid: markedPid(rec) });
    if (at.seq - this.#anchored >= ANCHOR_EVERY) this.#anchor();
    if (at.seq - this.#committed >= SNAPSHOT_EVERY) this.commit();
  }

  #anchor(): void {
    const place = { tick: this.#tick, ms: this.#ms, leastMs: this.#leastMs };
    this.#writer.add('anchors', ANCHORS, { ...this.#at, ...place });
    this.#anchored = this.#at.seq;
    this.#leastMs = NEVER;
  }
}

export interface BuildOptions {
  /** Where the index is to be; default the run's own place for it. */
  dir?: string;
  signal?: AbortSignal;
  /** Told now and then how many records are done. */
  progress?: (records: number) => void;
}

export interface IndexReport {
  records: number;
  anchors: number;
  marks: number;
  snapshots: number;
  bytes: number;
  /** The sentence about where the journal is broken; what comes before is indexed. */
  broken?: string;
}

/**
 * Makes a run's index, or what is missing of it, up to the journal's present end.
 * Throws `JournalError` `locked` while somebody else does.
 */
export const buildIndex = async (runDir: string, options: BuildOptions = {}): Promise<IndexReport> => {
  const dir = options.dir ?? indexDir(runDir);
  const lock = lockIndex(dir);
  try {
    const indexer = Indexer.open(runDir, dir);
    try {
      while (options.signal?.aborted !== true && indexer.advance()) {
        options.progress?.(indexer.seq);
        await turn();
      }
      indexer.commit();
      const { broken, seq, sizes } = indexer;
      return { records: seq, ...sizes, ...(broken === undefined ? {} : { broken: broken.message }) };
    } finally {
      indexer.close();
    }
  } finally {
    lock.release();
  }
};

const soundState = (dir: string, snapshot: Snapshot): LiveState | undefined => {
  try {
    return readState(dir, snapshot);
  } catch (error) {
    if (error instanceof IndexDamaged) return undefined;
    throw error;
  }
};
