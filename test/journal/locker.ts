/** Takes the lock that argv names at the given time, says how it went, and stays. Run by lock.test.ts. */
import { takeLock } from '../../src/journal/lock.ts';

const [path = '', startAt = '0'] = process.argv.slice(2);
// Spinning, so that all contenders start within the same moment.
while (Date.now() < Number(startAt));
try {
  takeLock(path);
  console.log('taken');
} catch (error) {
  console.log(String((error as { code?: unknown }).code ?? error));
}
process.stdin.resume();
