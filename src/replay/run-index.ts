/**
 * A run's index as a reader has it: what it holds by now, somebody who makes it where nobody does, and another place for it
 * where its own cannot be used.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalError } from '../journal/errors.ts';
import { indexDir } from '../journal/index-files.ts';
import { dropIndex } from './index-lock.ts';
import { type IndexThread, startIndexer } from './index-thread.ts';
import { IndexView } from './index-view.ts';
import { lastSnapshot, newestSnapshot } from './snapshots.ts';

/** How often whoever waits looks whether there is more. */
const LOOK_MS = 20;
/** How often it is tried to make one, where that was refused or did not reach the end. */
const TRY_AGAIN_MS = 100;
/** An index that another process writes and that does not grow for so long is not waited for. */
const PATIENCE_MS = 3000;

export class RunIndex {
  /** What the index holds; undefined while it holds nothing. */
  view: IndexView | undefined;
  /** Where it is being read. */
  dir: string;
  readonly #runDir: string;
  /** The last snapshot that was looked at, whatever came of it. */
  #seen = '';
  /** Since when somebody else writes the index and it does not grow. */
  #stuckSince: number | undefined;
  #triedAt = 0;
  #thread: IndexThread | undefined;
  #failed: Error | undefined;
  #own: string | undefined;

  constructor(runDir: string) {
    this.#runDir = runDir;
    this.dir = indexDir(runDir);
  }

  /** Looks what there is by now. */
  refresh(): void {
    const last = lastSnapshot(this.dir);
    const seen = last === undefined ? '' : `${last.seq} ${last.hash} ${last.version}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    const found = newestSnapshot(this.#runDir, this.dir);
    this.#stuckSince = undefined;
    this.view = found && new IndexView(this.dir, found.snapshot);
  }

  /** Sees to it that the index grows, and waits a little. Throws why it cannot. */
  async grow(): Promise<void> {
    this.make();
    if (this.#failed !== undefined) throw this.#failed;
    await sleep(LOOK_MS);
  }

  /** Sees to it that somebody makes the index. */
  make(): void {
    const now = performance.now();
    if (this.#thread !== undefined || this.#failed !== undefined || now - this.#triedAt < TRY_AGAIN_MS) return;
    this.#triedAt = now;
    try {
      this.#start();
    } catch (error) {
      const locked = error instanceof JournalError && error.code === 'locked';
      this.#stuckSince ??= now;
      if (locked && now - this.#stuckSince < PATIENCE_MS) return;
      // It cannot be written where it belongs, or its writer is stuck: this reader makes one for itself.
      this.#moveAway();
      this.#start();
    }
  }

  /** What was read in it is wrong: it is thrown away. */
  discard(): void {
    this.view = undefined;
    this.#seen = '';
    try {
      dropIndex(this.#runDir, this.dir);
    } catch {
      // Whoever writes it does not know that it is damaged.
      this.#moveAway();
    }
  }

  async close(): Promise<void> {
    await this.#thread?.stop();
    if (this.#own !== undefined) rmSync(this.#own, { recursive: true, force: true });
  }

  #start(): void {
    const thread = startIndexer(this.#runDir, { dir: this.dir, follow: false });
    this.#thread = thread;
    thread.ended.then(
      () => {
        this.#thread = undefined;
      },
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        this.#failed = new Error(
          `The index of ${this.#runDir} cannot be made (${why}); what comes before can still be shown.`,
        );
      },
    );
  }

  #moveAway(): void {
    this.#own ??= mkdtempSync(join(tmpdir(), 'turingos-index-'));
    this.dir = this.#own;
    this.view = undefined;
    this.#seen = '';
  }
}
