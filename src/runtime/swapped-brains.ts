/** Which brains were swapped in, as a run's journal tells. It is searched, not folded: a resume folds it anyway, later. */
import { BlobStore, mayHoldRefs, parseLine, readLineBatches } from '../journal/index.ts';
import type { EventOf, State } from '../kernel/index.ts';

/** Up to the first break; who resumes the run says what is wrong there. */
export const swappedBrains = async (dir: string): Promise<State['brains']> => {
  let brains: State['brains'];
  const blobs = new BlobStore(dir);
  try {
    for await (const lines of readLineBatches(dir)) {
      for (const { text } of lines) {
        if (!text.includes('"kind":"brain.swapped"')) continue;
        const parsed = parseLine(text);
        if (!parsed.ok || parsed.record.kind !== 'brain.swapped') continue;
        const record = mayHoldRefs(text) ? blobs.hydrate(parsed.record).record : parsed.record;
        const { role, profile, brain, seat } = record as unknown as EventOf<'brain.swapped'>;
        brains = { ...brains, [role]: { ...brain, profile, seat } };
      }
    }
  } catch {
    return brains;
  }
  return brains;
};
