/** Opens the journal that argv names, says how that went, and stays when it holds it. */
import { type JournalError, openJournal } from '../../src/journal/index.ts';

try {
  await openJournal(process.argv[2] ?? '', { run: 'r' });
  console.log(`open: ${process.pid}`);
  process.stdin.resume();
} catch (error) {
  const { code, message } = error as JournalError;
  console.log(`${code}: ${message}`);
}
