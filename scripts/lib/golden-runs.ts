// How each golden run is made: real runs of the simulated pair, by the kernel's own process where an ending needs one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimRates } from '../../src/adapters/brains/sim-errors.ts';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { faultyBrain } from '../../src/adapters/chaos/faulty-brain.ts';
import { shippedProfile } from '../../src/adapters/config/load.ts';
import { keepJudge, loadTask } from '../../src/adapters/tasks/index.ts';
import { beginning } from '../../src/cli/kernel-begin.ts';
import { follow, type JournalRecord, listSegments, openJournal } from '../../src/journal/index.ts';
import {
  DEFAULT_POLICY,
  FaultKind,
  type FaultSpec,
  type OperatorCommand,
  type Policy,
  STRUCK_BY,
} from '../../src/kernel/index.ts';
import { Engine } from '../../src/runtime/engine.ts';
import { killGroup, lockHolder } from '../../src/runtime/liveness.ts';
import type { WorkspaceSpec } from '../../src/runtime/manifest.ts';
import { type Brain, BrainError, type Host } from '../../src/runtime/ports.ts';
import { createRunDir, runDir, runIds } from '../../src/runtime/run-dir.ts';

const MAIN = 'src/cli/main.ts';
const TASK = 'ledger-3';

/** Calls the command, and waits for its end. */
const turingos = async (home: string, ...args: string[]): Promise<void> => {
  const [code] = (await once(start(home, ...args), 'close')) as [number | null];
  if (code !== 0 && code !== 1 && code !== 130) throw new Error(`turingos ${args.join(' ')} ended with ${code}`);
};

const start = (home: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [MAIN, ...args, '--home', home], { stdio: ['ignore', 'ignore', 'inherit'] });

const onlyRun = (home: string): string => runDir(home, runIds(home)[0] as string);

/** A run that says a token every few milliseconds, once a record fits. */
const pacedUntil = async (home: string, seed: number, fits: (record: JournalRecord) => boolean): Promise<string> => {
  start(home, 'run', TASK, '--headless', '--profile', 'sim', '--pace', '10', '--seed', String(seed)).unref();
  while (runIds(home).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const dir = onlyRun(home);
  await recordOf(dir, fits);
  return dir;
};

const recordOf = async (dir: string, fits: (record: JournalRecord) => boolean): Promise<void> => {
  for await (const records of follow(dir)) if (records.some(fits)) return;
};

/** The kernel is killed as nothing can forbid it, and gone when this resolves. */
const killNine = async (dir: string): Promise<void> => {
  const pid = lockHolder(dir)?.pid;
  if (pid === undefined) throw new Error(`nobody writes ${dir}`);
  killGroup(pid);
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
};

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const TO_THE_PLANNER: readonly OperatorCommand[] = [
  { command: 'tell', pid: 1, text: 'Take your time.' },
  { command: 'grant_panic', units: 1 },
  { command: 'grant', pid: 1, rights: 'r', target: 'NOTES.txt' },
  { command: 'revoke', pid: 1, handle: 'h3' },
  { command: 'inject', fault: { fault: 'write.denied', target: 'planner', times: 1 } },
];
const STOP_AND_GO: readonly OperatorCommand[] = [{ command: 'pause' }, { command: 'step' }, { command: 'unpause' }];
const TO_WORKERS: readonly OperatorCommand[] = [
  { command: 'kill', pid: 3 },
  { command: 'inject', fault: { fault: 'brain.cut', target: 'worker', times: 1 } },
  { command: 'inject', fault: { fault: 'cap.revoked', target: 'worker', times: 1, handle: 'h1' } },
  { command: 'kill', pid: 99 },
];

interface InProcess {
  seed: number;
  /** Given while that brain is being asked, by how many have been before. */
  orders?: Readonly<Record<number, readonly OperatorCommand[]>>;
  rates?: SimRates;
  policy?: Partial<Policy>;
  planner?: (sim: Brain) => Brain;
  /** Laid over the task's. */
  files?: Record<string, string>;
  /** The file that is not there. */
  without?: string;
  /** In files, in place of memory. */
  workspace?: WorkspaceSpec;
  /** The engine fails while that brain is being asked. */
  breaksAt?: number;
  chaos?: FaultSpec[];
}

/** Faults of the machine do no harm. */
const calm: Host = { fillDisk: () => {}, jumpClock: () => {}, kill: () => {} };

/** Every fault that a run in this process can live through. */
const WEATHER: FaultSpec[] = FaultKind.options
  .filter((fault) => fault !== 'kernel.killed')
  .map((fault, i) => ({
    fault,
    target: 'any',
    ...(STRUCK_BY[fault] === 'host' || fault === 'cap.swapped'
      ? { times: 1, schedule: { nth: 1 + (i % 3) } }
      : { rate: 90 }),
  }));

/** A whole run in this process, with brains that no profile has. */
const whole = async (
  home: string,
  { seed, rates = {}, policy, planner, files, without = '', orders = {}, workspace, breaksAt, chaos = [] }: InProcess,
): Promise<string> => {
  const { id, dir } = createRunDir(home);
  const task = loadTask(TASK, seed);
  keepJudge(dir, task.judge);
  let asked = 0;
  const plain = createSimulatedBrain({ rates });
  const sim: Brain = {
    ...plain,
    stream: async function* (request) {
      asked += 1;
      for (const order of orders[asked] ?? []) await engine.command('golden', 'to have it', order);
      if (asked === breaksAt) engine.fail(new Error('made to break'));
      yield* plain.stream(request);
    },
  };
  const seat = (brain: Brain) => ({ brain: faultyBrain(brain), system: '', constrained: false });
  const pair = { planner: seat(planner?.(sim) ?? sim), worker: seat(sim) };
  const journal = await openJournal(dir, { run: id, fsync: 'never' });
  const { [without]: _, ...world } = { ...task.files, ...files };
  const begin = {
    how: 'start' as const,
    task: task.spec,
    files: world,
    policy: { ...DEFAULT_POLICY, ...policy },
    seed,
    chaos,
  };
  const { pair: spec } = shippedProfile('sim');
  const launch = {
    id,
    profile: 'sim',
    pair: spec,
    pace: 'max' as const,
    fsync: 'never' as const,
    taskSource: TASK,
    ...(workspace === undefined ? {} : { workspace }),
    socket: '',
  };
  const { grader, go, ...begun } = await beginning(dir, { ...launch, begin }, journal, pair, null);
  const engine = new Engine({ journal, seats: pair, world: begun.world, grader, host: calm });
  await go(engine);
  await engine.ended;
  await engine.settled();
  await journal.close();
  return dir;
};

/** In the midst of a worker's reply. */
const inMidStream = () => {
  let deltas = 0;
  return ({ kind, pid }: JournalRecord): boolean => kind === 'stream.delta' && pid !== 1 && ++deltas >= 3;
};

/** Endings by name; each makes its run under a home of its own and answers the run's directory. */
export const ENDINGS: Record<string, (home: string) => Promise<string>> = {
  passed: async (home) => {
    await turingos(home, 'run', TASK, '--headless', '--profile', 'sim', '--seed', '1');
    return onlyRun(home);
  },
  // What the grader wants is the sum of another row.
  failed: (home) => whole(home, { seed: 2, files: { 'rows/r02': 'add 1 and 1\n' }, policy: { rejections: 2 } }),
  dead: (home) => whole(home, { seed: 3, rates: { thrash: 800, badHandle: 200 }, policy: { panicBudget: 1 } }),
  limit: async (home) => {
    const policy = join(home, 'policy.json');
    writeFileSync(policy, JSON.stringify({ limits: { maxTicks: 8 } }));
    await turingos(home, 'run', TASK, '--headless', '--profile', 'sim', '--seed', '4', '--policy', policy);
    return onlyRun(home);
  },
  // The endpoint comes back once, then goes for good.
  interrupted: (home) => {
    let asked = 0;
    const planner = (sim: Brain): Brain => ({
      ...sim,
      stream: (request) => {
        asked += 1;
        if (asked !== 3) throw new BrainError('unreachable', 'connection refused');
        return sim.stream(request);
      },
    });
    const limits = { ...DEFAULT_POLICY.limits, outageMs: 30_000 };
    return whole(home, { seed: 5, planner, policy: { limits } });
  },
  killed: async (home) => {
    const dir = await pacedUntil(home, 6, inMidStream());
    await turingos(home, 'kill', '@last');
    return dir;
  },
  // As a power cut may leave it: the last line is there in part.
  gone: async (home) => {
    const dir = await pacedUntil(home, 7, inMidStream());
    await killNine(dir);
    const last = (await listSegments(dir)).at(-1) as string;
    truncateSync(last, statSync(last).size - 100);
    return dir;
  },
  resumed: async (home) => {
    const dir = await ENDINGS.gone?.(home);
    await turingos(home, 'resume', '@last', '--headless');
    return dir as string;
  },
  forked: async (home) => {
    const origin = await whole(home, { seed: 8 });
    await turingos(home, 'fork', '@last', '--at', 't5', '--headless');
    return runDir(home, runIds(home).find((id) => runDir(home, id) !== origin) as string);
  },
  paused: async (home) => {
    const dir = await pacedUntil(home, 9, ({ kind }) => kind === 'tick.committed');
    await turingos(home, 'pause', '@last');
    await killNine(dir);
    return dir;
  },
  // Everything that an operator can do, and every fault.
  orders: (home) => whole(home, { seed: 10, orders: { 1: TO_THE_PLANNER, 2: STOP_AND_GO, 5: TO_WORKERS } }),
  // Its policy has nothing that may be absent, and one of its rows is not there to be looked at.
  bare: (home) => {
    const { perTrap: _p, max: _m, ...temperatures } = DEFAULT_POLICY.temperatures;
    const limits = { ...DEFAULT_POLICY.limits, maxTicks: 24 };
    const policy = { traps: {}, temperatures, limits };
    return whole(home, { seed: 12, rates: { thrash: 200 }, policy, without: 'rows/r02' });
  },
  // A plan of faults, by rate and by schedule.
  chaos: (home) => whole(home, { seed: 17, chaos: WEATHER }),
  // What was in its files is not in the journal.
  unfenced: (home) => whole(home, { seed: 14, workspace: { sandbox: 'none' } }),
  // The kernel's process broke, and could still say so.
  broken: (home) => whole(home, { seed: 13, breaksAt: 6 }),
  // Texts that are too long for a record.
  blobs: (home) => whole(home, { seed: 11, files: { 'NOTES.txt': 'Nobody reads these notes. '.repeat(400) } }),
};
