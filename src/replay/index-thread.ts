/** A run's index is made beside what somebody waits for: in a thread with a small heap and the lowest priority. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { indexDir } from '../journal/index-files.ts';
import { lockIndex } from './index-lock.ts';
import type { IndexJob } from './index-worker.ts';

/** Megabytes: what folding needs is the state and the records of one read. */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

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
  const worker = new Worker(file, { workerData: job, resourceLimits: HEAP, execArgv: [] });
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

/** Keeps the index of a run up to date while it is written. Nothing that happens here is the run's trouble: it is said once. */
export const startIndexThread = (runDir: string): { stop(): Promise<void> } => {
  const say = (error: unknown): void =>
    console.error(
      `The run's index is no longer kept (${error instanceof Error ? error.message : error}); it is made when it is needed.`,
    );
  try {
    const thread = startIndexer(runDir, { follow: true });
    thread.ended.catch(say);
    return thread;
  } catch (error) {
    say(error);
    return { stop: async () => {} };
  }
};
