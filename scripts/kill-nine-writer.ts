/**
 * Goes on with a journal, batch after batch as fast as it can, and says on its output what it was promised: `w 12` when the 12th
 * batch has reached the system, `s 12` when it is on the disk. scripts/kill-nine-loop.ts kills it.
 */
import { writeSync } from 'node:fs';
import { type FsyncPolicy, openJournal } from '../src/journal/index.ts';
import { batchOf, SEGMENT_BYTES } from './kill-nine-batches.ts';

const [dir = '', fsync] = process.argv.slice(2);
// With a system call of its own: what was said is said, however soon the end comes.
const say = (text: string): void => void writeSync(1, `${text}\n`);

say('opening');
const journal = await openJournal(dir, { run: 'kill-nine', fsync: fsync as FsyncPolicy, segmentBytes: SEGMENT_BYTES });
const { recovered, lastBatch } = journal;
if (recovered !== undefined) {
  say('torn');
  journal.appendNote({ kind: 'journal.recovered', cutBytes: recovered.cutBytes, fromSeq: recovered.cutFromSeq });
}
const last = Number(lastBatch?.input.n ?? 0);
const missing = batchOf(last).events.slice(lastBatch?.events.length ?? 0);
if (missing.length > 0) {
  say('half');
  journal.appendEvents(missing, lastBatch?.input.seq ?? 0);
}
for (let n = last + 1; ; n += 1) {
  const { input, events, note } = batchOf(n);
  journal.appendBatch(input, events);
  await journal.written();
  say(`w ${n}`);
  if (note !== undefined) journal.appendNote(note);
  if (n % 16 === 0) {
    await journal.sync();
    say(`s ${n}`);
  }
  if (n % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
}
