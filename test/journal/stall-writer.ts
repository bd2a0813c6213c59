/** Appends as many batches as argv says, waiting for each, and tells of stalls. Run by full-disk.test.ts. */
import { openJournal } from '../../src/journal/index.ts';

const [run = '', batches = '0'] = process.argv.slice(2);
const journal = await openJournal(run, { run: 'r', onStall: (why) => console.log(why ?? 'room') });
for (let i = 0; i < Number(batches); i += 1) {
  journal.appendBatch({ kind: 'in', i }, [{ kind: 'out', text: 'x'.repeat(100) }]);
  await journal.written();
}
await journal.close();
console.log('done');
