/** The thread that makes a run's index; `startIndexer` starts it and holds the lock for it. */
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Indexer } from './indexer.ts';

/** How often it looks for more. What it has not taken yet, readers fold themselves. */
const LOOK_MS = 250;
const LOWEST_PRIORITY = 19;

export interface IndexJob {
  runDir: string;
  dir: string;
  /** Go on until told to stop; else up to the present end. */
  follow: boolean;
}

const { runDir, dir, follow } = workerData as IndexJob;
const stop = new AbortController();
parentPort?.on('message', () => stop.abort());

try {
  // On Linux it is this thread's priority alone.
  if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);
} catch {
  // Then it is an ordinary one.
}

const indexer = await Indexer.open(runDir, dir);
try {
  do {
    // The order to stop is read first, so that the last round sees all that was there by then.
    while (await indexer.advance());
    if (indexer.broken !== undefined) break;
    if (follow) await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {});
  } while (follow && !stop.signal.aborted);
  while (await indexer.advance());
  indexer.commit();
} finally {
  await indexer.close();
  parentPort?.close();
}
