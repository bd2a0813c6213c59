/**
 * Kills processes that write a journal, at random moments, and counts what is lost of what they were promised.
 *
 *     npm run kill:nine -- [--kills 200] [--json]
 *
 * So many under each of the three fsync policies. A kill takes the process, not the machine: power cuts are not tried.
 */
import { parseArgs } from 'node:util';
import type { FsyncPolicy } from '../src/journal/index.ts';
import { type KillCounts, killLoop } from './kill-nine-loop.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } },
});

const report: Partial<Record<FsyncPolicy, KillCounts>> = {};
for (const policy of ['always', 'interval', 'never'] as const) {
  const counts = await killLoop(Number(values.kills), policy, (kills) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${policy} ${kills} `);
  });
  report[policy] = counts;
  if (values.json) continue;
  const { kills, promised, lost, whileOpening, torn, half, segments, blobs, records, wrong } = counts;
  console.log(`\n${policy}: ${kills} kills, ${whileOpening} of them while the journal was being opened`);
  console.log(
    `  promised ${promised} batches, lost ${lost}; ${torn} torn lines cut, ${half} batches completed on opening`,
  );
  console.log(`  looked at ${records} records and ${blobs} long texts; ${segments} segments`);
  for (const sentence of wrong) console.log(`  WRONG: ${sentence}`);
}
if (values.json) console.log(JSON.stringify(report));
process.exitCode = Object.values(report).every(({ lost, wrong }) => lost === 0 && wrong.length === 0) ? 0 : 1;
