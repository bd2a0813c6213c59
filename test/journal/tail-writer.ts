/** Appends as many records as argv says at 5,000 a second, through small segments. Run by follow-process.test.ts. */
import { openJournal } from '../../src/journal/index.ts';

const [run = '', count = '0'] = process.argv.slice(2);
const journal = await openJournal(run, { run: 'r', fsync: 'never', segmentBytes: 200_000 });
const start = performance.now();
for (let done = 0; done < Number(count); ) {
  const due = Math.min(Number(count), (performance.now() - start) * 5);
  for (; done < due; done += 1) journal.appendNote({ kind: 'a', text: 'x'.repeat(80) });
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await journal.close();
