/**
 * Kills kernel processes with SIGKILL at random points, resumes them, and holds what they end in against uninterrupted runs.
 *
 *     npm run resume:many -- [--kills 100] [--task ledger-6] [--json]
 *
 * A point is a length of the journal, spread evenly over the run. What the kill left is taken as it is, or cut further back as a
 * kill a moment earlier would have left it: right behind the last request of a world op, or at a byte of the last three records.
 * A third of the runs are killed again after their resume. Brains are simulated and paced, so that there is a stream to hit.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { verifyChain } from '../src/journal/index.ts';
import { sha256 } from '../src/kernel/digest.ts';
import { runDir } from '../src/runtime/run-dir.ts';
import { verifyDecisions } from '../src/runtime/verify.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    task: { type: 'string', default: 'ledger-6' },
    json: { type: 'boolean', default: false },
  },
});

const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url));
const BUILT = path('../dist/cli/main.js');

/** The build starts twice as fast; it is used where it is no older than any source. */
const isFresh = (): boolean => {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(path('../src'), { recursive: true, encoding: 'utf8' });
  return sources.every((name) => statSync(join(path('../src'), name)).mtimeMs <= built);
};
const MAIN = isFresh() ? BUILT : path('../src/cli/main.ts');
const SEEDS = [1, 2, 3, 4, 5];
const PACE = '6';
const home = mkdtempSync(join(tmpdir(), 'turingos-resume-'));
const common = ['--headless', '--json', '--home', home];

/** The same draw for the same purpose: a failure can be made again. */
const draw = (purpose: string, below: number): number =>
  below <= 0 ? 0 : Number.parseInt(sha256(purpose).slice(0, 12), 16) % below;

interface End {
  outcome: string;
  worldHash: string;
  stateHash: string;
}

const turingos = (...args: string[]): string =>
  execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

interface Started {
  proc: ChildProcess;
  dir: string;
  id: string;
  kernel: number;
  /** Resolves with the verb's last line. */
  over: Promise<string>;
}

/** Starts a verb and reads its first line, which names the run. */
const start = async (...args: string[]): Promise<Started> => {
  const proc = spawn(process.execPath, [MAIN, ...args, ...common], { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  const first = Promise.withResolvers<string>();
  proc.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (out.includes('\n')) first.resolve(out.slice(0, out.indexOf('\n')));
  });
  const over = new Promise<string>((resolve) => {
    proc.once('close', () => resolve(out.trim().split('\n').at(-1) ?? ''));
  });
  over.then((last) => first.reject(new Error(`${args[0]} did not start: ${last}`))).catch(() => {});
  const { id, pid } = JSON.parse(await first.promise) as { id: string; pid: number };
  return { proc, id, dir: runDir(home, id), kernel: pid, over };
};

const journalOf = (dir: string): string => join(dir, 'journal', '000001.ndjson');
const sizeOf = (dir: string): number => statSync(journalOf(dir), { throwIfNoEntry: false })?.size ?? 0;

/** Kills the kernel once the journal is so long. @returns false where the run was over before */
const killAt = async (run: Started, bytes: number): Promise<boolean> => {
  let over = false;
  run.over.then(() => {
    over = true;
  });
  while (!over && sizeOf(run.dir) < bytes) await sleep(1);
  try {
    process.kill(run.kernel, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
  const last = await run.over;
  return (JSON.parse(last) as { outcome: string }).outcome === 'gone';
};

type Cut = 'as it was' | 'inside a world op' | 'at a byte';

/** Takes back what a kill a moment earlier would not have left. */
const cutBack = (dir: string, n: number): Cut => {
  const path = journalOf(dir);
  const text = readFileSync(path);
  if (n % 3 === 1) {
    const at = text.lastIndexOf('"kind":"op.requested"');
    const end = at < 0 ? -1 : text.indexOf('\n', at);
    if (end >= 0) {
      truncateSync(path, end + 1 + draw(`torn ${n}`, 2) * draw(`bytes ${n}`, 60));
      return 'inside a world op';
    }
  }
  if (n % 3 === 2) {
    let from = text.length - 1;
    for (let i = 0; i < 3; i += 1) from = Math.max(0, text.lastIndexOf('\n', from - 1));
    // Never into the first record: a run without one never began.
    if (from > text.indexOf('\n')) {
      truncateSync(path, from + 1 + draw(`byte ${n}`, text.length - from));
      return 'at a byte';
    }
  }
  return 'as it was';
};

/** What the resume did again, by kind of request. */
const again = (dir: string): string[] => {
  const notes = readFileSync(journalOf(dir), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"run.resumed"'));
  return notes.flatMap((line) =>
    (JSON.parse(line) as { requests: { kind: string }[] }).requests.map(({ kind }) => kind),
  );
};

const references = new Map<number, End & { bytes: number }>();
const counts = { kills: 0, killedAgain: 0, overBefore: 0, cuts: {} as Record<string, number> };
const repeated: Record<string, number> = {};
const spread: number[] = Array.from({ length: 10 }, () => 0);
const different: string[] = [];

const count = (into: Record<string, number>, key: string): void => {
  into[key] = (into[key] ?? 0) + 1;
};

const once = async (n: number): Promise<void> => {
  const seed = SEEDS[n % SEEDS.length] as number;
  const reference = references.get(seed) as End & { bytes: number };
  const run = await start('run', values.task, '--profile', 'sim', '--pace', PACE, '--seed', `${seed}`);
  const first = draw(`point ${n}`, reference.bytes);
  let last = '';
  if (!(await killAt(run, Math.max(1, first)))) {
    counts.overBefore += 1;
    rmSync(run.dir, { recursive: true });
    return;
  }
  const share = Math.min(9, Math.floor((10 * sizeOf(run.dir)) / reference.bytes));
  spread[share] = (spread[share] ?? 0) + 1;
  counts.kills += 1;
  count(counts.cuts, cutBack(run.dir, n));
  if (n % 3 === 0) {
    const second = await start('resume', run.id);
    const room = Math.max(1, reference.bytes - sizeOf(run.dir));
    if (await killAt(second, sizeOf(run.dir) + 1 + draw(`again ${n}`, room))) counts.killedAgain += 1;
    else last = await second.over;
  }
  if (last === '')
    last =
      turingos('resume', run.id, ...common)
        .trim()
        .split('\n')
        .at(-1) ?? '';
  const { outcome, worldHash, stateHash } = JSON.parse(last) as End;
  const same = outcome === reference.outcome && worldHash === reference.worldHash && stateHash === reference.stateHash;
  const [chain, decisions] = [await verifyChain(run.dir), await verifyDecisions(run.dir)];
  if (!same || chain.breaks.length > 0 || !decisions.ok || !decisions.ended)
    different.push(`kill ${n}, seed ${seed}, at byte ${first}: ${outcome} ${stateHash}`);
  for (const kind of again(run.dir)) count(repeated, kind);
  rmSync(run.dir, { recursive: true });
};

try {
  for (const seed of SEEDS) {
    // Paced like those that are killed, so that its journal is about as long.
    const run = await start('run', values.task, '--profile', 'sim', '--pace', PACE, '--seed', `${seed}`);
    const end = JSON.parse(await run.over) as End;
    references.set(seed, { ...end, bytes: sizeOf(run.dir) });
  }
  let next = 0;
  const worker = async (): Promise<void> => {
    while (counts.kills < Number(values.kills)) {
      next += 1;
      await once(next);
    }
  };
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(home, { recursive: true, force: true });
}

const report = { task: values.task, ...counts, spread, repeated, different };
const told = (of: Record<string, number>): string =>
  Object.entries(of)
    .map(([key, n]) => `${n} ${key}`)
    .join(', ');
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(
    `${counts.kills} kernels of ${values.task} killed with SIGKILL and resumed, ${counts.killedAgain} of them twice`,
  );
  console.log(`${counts.overBefore} more were over before the kill`);
  console.log(`journals  ${told(counts.cuts)}`);
  console.log(`spread    ${spread.join(' ')} kills by tenth of the run`);
  console.log(`again     ${told(repeated)}`);
  console.log(`different ${different.length}`);
  for (const sentence of different) console.log(`  ${sentence}`);
}
process.exitCode = different.length === 0 ? 0 : 1;
