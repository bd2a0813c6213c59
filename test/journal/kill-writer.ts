/** Appends for ever and prints each seq that it was promised; lock.test.ts kills it. */
import { openJournal } from '../../src/journal/index.ts';

const journal = await openJournal(process.argv[2] ?? '', { run: 'r' });
for (let i = 0; ; i += 1) {
  journal.appendBatch({ kind: 'in', i }, [{ kind: 'out', text: 'x'.repeat(100) }]);
  await journal.written();
  process.stdout.write(`${journal.head.seq}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
