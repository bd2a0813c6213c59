/**
 * Kills runs in mid-stream and says how long it took, what was left over, and whether the partial text was kept.
 *
 *     npm run kill:many -- [--runs 50] [--profile demo] [--json]
 *
 * Two times are told: `stopped` is from the verb's request to the last process of the run being gone; `verb` is what a person
 * waits, the start of the command included. A run that was between two streams when it was killed does not count.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from '../src/evidence/quantile.ts';
import { follow, readRecords } from '../src/journal/index.ts';
import { leftOf, MAIN, startRun } from './lib/started-run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    profile: { type: 'string', default: 'demo' },
    json: { type: 'boolean', default: false },
  },
});

/** Tokens that come one every 30 ms are a stream that one can hit. */
const PACE = '30';
/** Streams to let pass before the kill, so that not only the first reply is hit. */
const SPREAD = 6;

interface Kill {
  stoppedMs: number;
  verbMs: number;
  by: string;
  orphans: number;
  kept: number;
}

const home = mkdtempSync(join(tmpdir(), 'turingos-kill-'));

const inStream = async (dir: string, after: number): Promise<void> => {
  const begun = new Set<number>();
  for await (const records of follow(dir)) {
    for (const record of records) {
      if (record.kind !== 'stream.delta' || begun.has(record.req as number)) continue;
      begun.add(record.req as number);
      if (begun.size > after) return;
    }
  }
};

const once = async (seed: number): Promise<Kill | undefined> => {
  const args = ['ledger-12', '--profile', values.profile, '--pace', PACE, '--seed', `${seed}`];
  const { id, dir, over } = await startRun(home, args);
  await inStream(dir, seed % SPREAD);
  const start = performance.now();
  const told = JSON.parse(
    execFileSync(process.execPath, [MAIN, 'kill', id, '--json', '--home', home], { encoding: 'utf8' }),
  ) as { ms: number; by: string; group: number };
  const verbMs = Math.round(performance.now() - start);
  await over;
  let kept = 0;
  for await (const record of readRecords(dir)) {
    if (record.kind === 'stream.aborted' && record.partial !== '') kept += 1;
  }
  const orphans = leftOf(id, told.group);
  rmSync(dir, { recursive: true });
  return kept === 0 && told.by === 'command' ? undefined : { stoppedMs: told.ms, verbMs, by: told.by, orphans, kept };
};

const kills: Kill[] = [];
let between = 0;
try {
  for (let seed = 1; kills.length < Number(values.runs); seed += 1) {
    const kill = await once(seed);
    if (kill === undefined) between += 1;
    else kills.push(kill);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

const all = (field: 'stoppedMs' | 'verbMs' | 'orphans' | 'kept'): number[] => kills.map((kill) => kill[field]);
const times = (field: 'stoppedMs' | 'verbMs') => ({
  median: quantile(all(field), 0.5),
  p95: quantile(all(field), 0.95),
  max: quantile(all(field), 1),
});
const said = ({ median, p95, max }: ReturnType<typeof times>): string =>
  `median ${median} ms, p95 ${p95} ms, max ${max} ms`;
const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);
const report = {
  runs: kills.length,
  profile: values.profile,
  stoppedMs: times('stoppedMs'),
  verbMs: times('verbMs'),
  forced: kills.filter(({ by }) => by === 'force').length,
  orphans: sum(all('orphans')),
  withPartial: kills.filter(({ kept }) => kept > 0).length,
  streamsKept: sum(all('kept')),
  notInStream: between,
};
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(`${report.runs} runs of profile ${report.profile} killed in mid-stream (${between} more hit no stream)`);
  console.log(`stopped   ${said(report.stoppedMs)}`);
  console.log(
    `verb      median ${report.verbMs.median} ms, max ${report.verbMs.max} ms, start of the command included`,
  );
  console.log(`by force  ${report.forced}`);
  console.log(`orphans   ${report.orphans}, by process group and command line`);
  console.log(`partials  ${report.withPartial} of ${report.runs} runs, ${report.streamsKept} streams`);
}
process.exitCode = report.stoppedMs.max <= 250 && report.orphans === 0 && report.withPartial === report.runs ? 0 : 1;
