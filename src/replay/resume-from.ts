import { indexDir } from '../journal/index-files.ts';
import { emptyLive, type LiveState } from '../store/live-state.ts';
import { newestSnapshot, readState } from './snapshots.ts';

/**
 * The newest state that a run's index has, to follow the journal from the record after `seq`. Without an index that is any
 * good: the empty state, and 0.
 */
export const resumeFrom = async (runDir: string): Promise<{ state: LiveState; seq: number }> => {
  const dir = indexDir(runDir);
  try {
    const found = newestSnapshot(runDir, dir);
    if (found !== undefined) return { state: readState(dir, found.snapshot), seq: found.snapshot.seq };
  } catch {
    // An index is only a shortcut.
  }
  return { state: emptyLive, seq: 0 };
};
