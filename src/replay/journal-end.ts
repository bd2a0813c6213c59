/** The last record of a journal, without reading the others. */
import { open } from 'node:fs/promises';
import { parseLine } from '../journal/record.ts';
import { listSegments } from '../journal/segments.ts';
import type { Rec } from '../store/record.ts';
import { type Place, timeOf } from './place.ts';

const CHUNK = 256 * 1024;
const DISPATCHED = '"kind":"route.dispatched"';

/** Undefined where there is no record. Whether the chain is sound up to there is not looked at. */
export const journalEnd = async (runDir: string): Promise<Place | undefined> => {
  let last: Rec | undefined;
  for await (const line of linesBackwards(runDir)) {
    // Only two lines are worth parsing: the last one, and that of the last dispatch.
    if (last !== undefined && !line.includes(DISPATCHED)) continue;
    const parsed = parseLine(line);
    if (!parsed.ok) continue;
    const rec = parsed.record as unknown as Rec;
    last ??= rec;
    if (rec.kind === 'route.dispatched') return { seq: last.seq, tick: rec.tick, ms: timeOf(last) };
  }
  return last && { seq: last.seq, tick: 0, ms: timeOf(last) };
};

/** Complete lines, last first. */
async function* linesBackwards(runDir: string): AsyncGenerator<string, void, undefined> {
  for (const path of (await listSegments(runDir)).reverse()) {
    const file = await open(path, 'r');
    try {
      let { size: end } = await file.stat();
      // The end of a line whose beginning lies further back; first what the segment's last newline is followed by.
      let rest: Buffer | undefined;
      while (end > 0) {
        const start = Math.max(0, end - CHUNK);
        const bytes = Buffer.alloc(end - start);
        await file.read(bytes, 0, bytes.length, start);
        const all: Buffer = rest === undefined ? bytes : Buffer.concat([bytes, rest]);
        const first = start === 0 ? 0 : all.indexOf(10) + 1;
        const last = rest === undefined ? all.lastIndexOf(10) + 1 : all.length;
        end = start;
        if (first === 0 && start > 0) {
          rest = all;
          continue;
        }
        const lines = all.toString('utf8', first, last).split('\n');
        for (let at = lines.length - 1; at >= 0; at -= 1) if (lines[at] !== '') yield lines[at] as string;
        rest = all.subarray(0, first);
      }
    } finally {
      await file.close();
    }
  }
}
