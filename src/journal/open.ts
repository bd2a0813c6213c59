import { mkdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobStore } from './blobs.ts';
import { cannotBeRead, cannotBeWritten, JournalError } from './errors.ts';
import { anchorsOf } from './index-files.ts';
import { identify, takeLock } from './lock.ts';
import { scanJournal } from './scan.ts';
import type { Write } from './segment-file.ts';
import { journalDir, SEGMENT_BYTES, segmentName } from './segments.ts';
import { type FsyncPolicy, SegmentSink } from './sink.ts';
import { Journal, type OnStall } from './writer.ts';

export interface JournalOptions {
  /** The run's id; it stands in every record. A journal of another run is refused. */
  run: string;
  /** Default `interval`. */
  fsync?: FsyncPolicy;
  /** Bytes after which a new segment is begun; default 64 MiB. */
  segmentBytes?: number;
  onStall?: OnStall;
  /** In place of the system's: how lines are written, and what the clock shows. */
  write?: Write;
  now?: () => number;
  /** The text of a lock whose holder is known to be dead, though that cannot be seen from this PID namespace. */
  deadLock?: string | undefined;
}

/**
 * Opens a run's journal for appending, or begins it. Checks the chain from a place that the run's index names, else from its
 * start; cuts off an incomplete last line and reports that in `recovered`.
 *
 * Throws `JournalError`: `locked` when another process writes it, `broken` when the chain is (nothing is changed then),
 * `wrong_run` when it belongs to another run.
 */
export async function openJournal(runDir: string, options: JournalOptions): Promise<Journal> {
  const dir = journalDir(runDir);
  await mkdir(dir, { recursive: true }).catch((error: unknown) => {
    throw cannotBeWritten(dir, error);
  });
  const lock = takeLock(join(dir, 'lock'), identify(process.pid), options.deadLock);
  try {
    const found = await scanJournal(runDir, anchorsOf(runDir));
    if (found.last !== undefined && found.last.run !== options.run) {
      throw new JournalError(
        'wrong_run',
        `${dir} is the journal of run ${found.last.run}, not of ${options.run}; open it as that run.`,
      );
    }
    if (found.recovered !== undefined)
      await truncate(join(dir, segmentName(found.position.segment)), found.position.size);
    const blobs = new BlobStore(runDir);
    const fsync = options.fsync ?? 'interval';
    const sink = new SegmentSink(
      dir,
      found.position,
      fsync,
      options.segmentBytes ?? SEGMENT_BYTES,
      blobs,
      lock,
      options.write,
    );
    return new Journal(options.run, found.head, found, {
      sink,
      blobs,
      lock,
      fsync,
      onStall: options.onStall,
      now: options.now,
    });
  } catch (error) {
    lock.release();
    throw error instanceof JournalError ? error : cannotBeRead(dir, error);
  }
}
