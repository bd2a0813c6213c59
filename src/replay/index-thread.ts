/** A run's index is made beside what somebody waits for: in a thread with a small heap and the lowest priority. */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { JournalError } from '../journal/errors.ts';
import { indexDir } from '../journal/index-files.ts';
import { journalDir } from '../journal/segments.ts';
import { lockIndex } from './index-lock.ts';
import type { IndexJob } from './index-worker.ts';

/** Megabytes: what folding needs is the state and the records of one read. */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

const TRY_AGAIN_MS = 1000;
/** A journal that is shorter is read as fast without an index; most runs never need the thread. */
const WORTH_BYTES = 1024 * 1024;

export interface IndexThread {
  /** Resolves when the thread has ended, rejects with what it died of. */
  readonly ended: Promise<void>;
  /** Takes what there is by now, and ends; resolves then, whatever it died of. */
  stop(): Promise<void>;
}

/** @throws JournalError `locked` while another process or thread writes that index; what the system says where it cannot be made */
export const startIndexer = (
  runDir: string,
  { dir = indexDir(runDir), follow }: Partial<IndexJob> & { follow: boolean },
): IndexThread => {
  const lock = lockIndex(dir);
  const job: IndexJob = { runDir, dir, follow };
  const file = new URL(`./index-worker${extname(import.meta.url)}`, import.meta.url);
  let worker: Worker;
  try {
    worker = new Worker(file, { workerData: job, resourceLimits: HEAP, execArgv: [] });
  } catch (error) {
    lock.release();
    throw error;
  }
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  // It must keep nothing alive that has nothing else to do.
  worker.unref();
  worker.once('error', reject);
  worker.once('exit', () => {
    // The lock is the process's: a thread that dies could not let go of it.
    lock.release();
    resolve();
  });
  ended.catch(() => {});
  return {
    ended,
    stop: async () => {
      worker.ref();
      worker.postMessage('stop');
      await ended.catch(() => {});
    },
  };
};

/**
 * Keeps the index of a run up to date while it is written. Nothing that happens here is the run's trouble: what goes wrong is
 * one line on stderr, and while somebody else writes the index, or there is not yet enough to index, this waits.
 */
export const startIndexThread = (runDir: string): { stop(): Promise<void> } => {
  let thread: IndexThread | undefined;
  let timer: NodeJS.Timeout | undefined;
  const say = (error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`The run's index is no longer kept (${why}); it is made when somebody needs it.`);
  };
  const again = (): void => {
    timer = setTimeout(start, TRY_AGAIN_MS).unref();
  };
  const start = (): void => {
    if (journalBytes(runDir) < WORTH_BYTES) return again();
    try {
      thread = startIndexer(runDir, { follow: true });
      thread.ended.catch(say);
    } catch (error) {
      if (error instanceof JournalError && error.code === 'locked') again();
      else say(error);
    }
  };
  start();
  return {
    stop: async () => {
      clearTimeout(timer);
      await thread?.stop();
    },
  };
};

const journalBytes = (runDir: string): number => {
  try {
    const dir = journalDir(runDir);
    return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  } catch {
    return 0;
  }
};
