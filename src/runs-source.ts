/** What the runs screen lists, read from disk. One run that cannot be read takes nothing from the others. */
import { open } from 'node:fs/promises';
import { listSegments, parseLine } from './journal/index.ts';
import { lastRecords } from './runtime/journal-tail.ts';
import { readManifest } from './runtime/manifest.ts';
import { runDir, runIds } from './runtime/run-dir.ts';
import { summarise } from './runtime/run-summary.ts';
import { readTagLines } from './runtime/tags.ts';
import { type RunRow, TALLIED, tallyOf } from './screens/runs/runs-model.ts';
import type { RunsSource } from './screens/runs/runs-screen.tsx';
import { asRecs, type Rec } from './store/record.ts';
import { currentTags } from './store/tags.ts';

/** A journal that grew by more since the last look is not worth two columns of the list. */
const SCAN_BYTES = 4 * 1024 * 1024;

interface Scan {
  offset: number;
  records: readonly Rec[];
}

/** Picks from what was written since the last look the records that a tally is made of. */
const scanOn = async (dir: string, { offset, records }: Scan): Promise<Scan | undefined> => {
  const [path, second] = await listSegments(dir);
  if (path === undefined || second !== undefined) return undefined;
  const file = await open(path);
  try {
    const length = (await file.stat()).size - offset;
    if (length > SCAN_BYTES) return undefined;
    if (length <= 0) return { offset, records };
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    const end = buffer.lastIndexOf('\n') + 1;
    const lines = buffer.toString('utf8', 0, end).split('\n');
    const found = lines
      .filter((line) => TALLIED.some((kind) => line.includes(`"kind":"${kind}"`)))
      .map((line) => parseLine(line))
      .flatMap((parsed) => (parsed.ok ? [parsed.record] : []));
    return { offset: offset + end, records: [...records, ...asRecs(found)] };
  } finally {
    await file.close();
  }
};

/** Runs that have ended do not change, but for their tags, so they are read once. */
export const runsSource = (home: string): RunsSource => {
  const ended = new Map<string, RunRow>();
  const scans = new Map<string, Scan>();
  const tagged = (run: RunRow): RunRow => ({ ...run, tags: currentTags(readTagLines(runDir(home, run.id))) });
  const read = async (id: string): Promise<RunRow[]> => {
    const known = ended.get(id);
    if (known !== undefined) return [tagged(known)];
    const summary = await summarise(home, id);
    if (summary === undefined) return [];
    const budget = readManifest(summary.dir)?.policy.panicBudget ?? 0;
    // A journal that cannot be scanned has no tally; what is wrong with it is said where it is opened.
    const scan = await scanOn(summary.dir, scans.get(id) ?? { offset: 0, records: [] }).catch(() => undefined);
    if (scan !== undefined) scans.set(id, scan);
    const run = { ...summary, ...(scan === undefined ? {} : { tally: tallyOf(scan.records, budget) }) };
    if (!['starting', 'running', 'paused', 'gone'].includes(run.state)) ended.set(id, run);
    return [tagged(run)];
  };
  return {
    home,
    list: async () => (await Promise.all(runIds(home).map(read))).flat(),
    tail: async (id) => asRecs(await lastRecords(runDir(home, id))),
  };
};
