/**
 * Follows a run to the record that argv names and prints, for each array that came, its first and its last seq. Run by
 * follow-process.test.ts.
 */
import { follow } from '../../src/journal/index.ts';

const [run = '', last = '0'] = process.argv.slice(2);
console.log('following');
for await (const records of follow(run)) {
  const [from, to] = [records[0]?.seq ?? 0, records.at(-1)?.seq ?? 0];
  console.log(`${from} ${to} ${records.length}`);
  if (to >= Number(last)) break;
}
