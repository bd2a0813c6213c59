/** The thread that makes a run's index; `startIndexer` starts it and holds the lock for it. */
import { setPriority } from 'node:os';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
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

const indexer = Indexer.open(runDir, dir);
try {
  for (let told = false; !told; ) {
    // Asked first, so that the last round takes all that was there when the order came.
    told = stop.signal.aborted;
    while (indexer.advance()) await turn();
    if (!follow || indexer.broken !== undefined) break;
    if (!told) await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {});
  }
  indexer.commit();
} finally {
  indexer.close();
  parentPort?.close();
}
