/**
 * Kills runs in the middle of a stream that a real model sends, and says when the side that talks saw them go.
 *
 *     npm run kill:streams -- [--provider openai|ollama|embedded] [--kills 50] [--json]
 *
 * All times are from the request to kill. `closed`: the server's end of the connection is no longer open, as the system has
 * it. `idle`: the server itself works on nothing any more. `stopped`: no process of the run is left. An embedded model talks in
 * threads of the run's kernel: `closed` and `idle` are both the last of them being gone. A run of it that was between two
 * streams does not count.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { liveRun } from '../src/cli/live-run.ts';
import { quantile } from '../src/evidence/quantile.ts';
import { follow, readRecords } from '../src/journal/index.ts';
import { stopRun } from '../src/runtime/stop-run.ts';
import { STAGES, type Stage } from './lib/kill-stages.ts';
import { leftOf, startRun } from './lib/started-run.ts';

const { values } = parseArgs({
  options: {
    provider: { type: 'string', default: 'openai' },
    kills: { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
  },
});

const LIMIT_MS = 250;
/** Parts of the stream to let pass before the kill: not every one is hit at its start. */
const SPREAD = 6;
/** Looking takes processor time from those who are looked at. */
const POLL_MS = 4;

interface Kill {
  closedMs: number;
  idleMs: number;
  stoppedMs: number;
  by: string;
  orphans: number;
  partial: boolean;
}

const home = mkdtempSync(join(tmpdir(), 'turingos-kill-'));
const config = join(home, 'turingos.config.yaml');

const heard = async (dir: string, parts: number): Promise<void> => {
  let count = 0;
  for await (const records of follow(dir)) {
    count += records.filter(({ kind }) => kind === 'stream.delta').length;
    if (count > parts) return;
  }
};

/** Milliseconds until something holds. */
const until = async (begun: number, holds: () => boolean | Promise<boolean>): Promise<number> => {
  while (!(await holds())) await sleep(POLL_MS);
  return Math.round(performance.now() - begun);
};

const once = async (stage: Stage, seed: number): Promise<Kill | undefined> => {
  const profile = ['--profile', 'endless', '--config', config];
  const run = await startRun(home, ['ledger-12', ...profile, ...stage.args, '--seed', `${seed}`]);
  await heard(run.dir, seed % SPREAD);
  const { socket, holder } = await liveRun(run.id, home);
  if (holder === null) throw new Error(`the kernel of run ${run.id} cannot be seen`);
  const { pid } = holder;
  const open = stage.open(pid);
  if (open.size === 0 || (await stage.busy(pid)) === 0) throw new Error(`run ${run.id} was not in mid-stream`);
  const begun = performance.now();
  const killed = stopRun(run.dir, socket, holder, { by: 'cli', reason: 'kill:streams', order: { command: 'kill' } });
  const closedMs = await until(begun, () => {
    const left = stage.open(pid);
    return [...open].every((connection) => !left.has(connection));
  });
  const idleMs = await until(begun, async () => (await stage.busy(pid)) === 0);
  const told = await killed;
  await run.over;
  let partial = false;
  for await (const record of readRecords(run.dir)) {
    partial ||= record.kind === 'stream.aborted' && record.partial !== '';
  }
  const orphans = leftOf(run.id, pid);
  rmSync(run.dir, { recursive: true });
  if (!partial && stage.finite === true && told.by === 'command') return undefined;
  return { closedMs, idleMs, stoppedMs: told.ms, by: told.by, orphans, partial };
};

const open = STAGES[values.provider];
if (open === undefined) throw new Error(`--provider has to be one of ${Object.keys(STAGES).join(', ')}`);
const kills: Kill[] = [];
let server = '';
try {
  const stage = await open();
  server = stage.server;
  writeFileSync(
    config,
    JSON.stringify({ profiles: { endless: { brain: stage.brain, policy: { limits: { maxTokens: 8192 } } } } }),
  );
  try {
    for (let seed = 1; kills.length < Number(values.kills); seed += 1) {
      const kill = await once(stage, seed);
      if (kill !== undefined) kills.push(kill);
    }
  } finally {
    await stage.close();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

const times = (field: 'closedMs' | 'idleMs' | 'stoppedMs') => {
  const all = kills.map((kill) => kill[field]);
  return { median: quantile(all, 0.5), p95: quantile(all, 0.95), max: quantile(all, 1) };
};
const report = {
  provider: values.provider,
  server,
  kills: kills.length,
  closedMs: times('closedMs'),
  idleMs: times('idleMs'),
  stoppedMs: times('stoppedMs'),
  forced: kills.filter(({ by }) => by === 'force').length,
  orphans: kills.reduce((total, { orphans }) => total + orphans, 0),
  partials: kills.filter(({ partial }) => partial).length,
};
if (values.json) console.log(JSON.stringify(report));
else {
  const said = ({ median, p95, max }: ReturnType<typeof times>): string =>
    `median ${median} ms, p95 ${p95} ms, max ${max} ms`;
  console.log(`${report.kills} runs on ${report.server} (${report.provider}) killed in mid-stream`);
  console.log(`closed    ${said(report.closedMs)}, as the server's side sees it`);
  console.log(`idle      ${said(report.idleMs)}, by the server's own account`);
  console.log(`stopped   ${said(report.stoppedMs)}; by force ${report.forced}`);
  console.log(`orphans   ${report.orphans}, by process group and command line`);
  console.log(`partials  ${report.partials} of ${report.kills} kept`);
}
const good = report.closedMs.max <= LIMIT_MS && report.orphans === 0 && report.partials === report.kills;
process.exitCode = good ? 0 : 1;
