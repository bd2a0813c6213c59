/** The hidden verb `kernel`: the process that is a run. Started by `run`, in a process group of its own, without a terminal. */
import { rmSync } from 'node:fs';
import { faultyWorld } from '../adapters/chaos/faulty-world.ts';
import type { LoadedTask } from '../adapters/tasks/index.ts';
import { createMemoryWorld } from '../adapters/worlds/memory.ts';
import { openJournal } from '../journal/index.ts';
import { codeVersion } from '../runtime/code-version.ts';
import type { CommandParams, CommandResult, RunStatus } from '../runtime/control-protocol.ts';
import { serveControl } from '../runtime/control-server.ts';
import type { Seat } from '../runtime/effects-brain.ts';
import { Engine, RunOver } from '../runtime/engine.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { type Launch, launchFile, readLaunch } from '../runtime/launch.ts';
import { environment, type Manifest, writeManifest } from '../runtime/manifest.ts';
import { dropSocketPlace } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { taskNamed } from './load-task.ts';
import { openPair, type Pair } from './pair.ts';
import type { PROFILES, ProfileName } from './profile-names.ts';

/** How long adapters may take to let go after the end; the process ends then in any case. */
const DISPOSE_MS = 100;

export const kernelVerb = async (dir: string): Promise<number> => {
  // Its terminal may go; the run stays.
  process.on('SIGHUP', () => {});
  const launch = readLaunch(dir);
  const task = taskNamed(launch.taskSource, launch.seed);
  const pair = await openPair(launch.profile as keyof typeof PROFILES & ProfileName, launch.pace);
  const code = await supervise(dir, launch, task, pair);
  await atMost(DISPOSE_MS, pair.dispose());
  // Native threads and open sockets must not keep a run alive that has ended.
  process.exit(code);
};

const supervise = async (dir: string, launch: Launch, task: LoadedTask, pair: Pair): Promise<number> => {
  const journal = await openJournal(dir, { run: launch.id, fsync: launch.fsync });
  if (journal.head.seq > 0) {
    await journal.close();
    throw new UserError(`run ${launch.id} has begun already: start a new one`, EXIT.busy);
  }
  // Only who holds the lock may say what the run is.
  writeManifest(dir, manifestOf(launch, task, pair));
  rmSync(launchFile(dir), { force: true });
  const world = faultyWorld(createMemoryWorld(task.files));
  const engine = new Engine({ journal, seats: pair, world, grader: task.grader });
  const started = Promise.withResolvers<void>();
  // An order that came before the run would be ignored by the kernel.
  const command = async ({ by, reason, order }: CommandParams): Promise<CommandResult> => {
    await started.promise;
    const { seq, events } = await engine.command(by, reason, order);
    return { seq, events: [...events] };
  };
  const control = await serveControl(launch.socket, { status: () => statusOf(launch, engine, pair), command });
  obeySignals(command);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      console.error(error);
      engine.fail(error);
    });
  }
  try {
    await engine.start({
      kind: 'run.started',
      task: task.spec,
      policy: launch.policy,
      seed: launch.seed,
      planner: nameOf(pair.planner),
      worker: nameOf(pair.worker),
      world: { kind: world.kind, hash: await world.hash(), files: task.files },
      chaos: [],
    });
    started.resolve();
    await engine.ended;
    return EXIT.ok;
  } catch (error) {
    console.error(error);
    return EXIT.internal;
  } finally {
    await control.close();
    dropSocketPlace(launch.socket);
    await atMost(DISPOSE_MS, engine.settled());
    await journal.close().catch((error) => console.error(error));
  }
};

const obeySignals = (command: (params: CommandParams) => Promise<CommandResult>): void => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      command({ by: 'signal', reason: signal, order: { command: 'kill' } }).catch((error) => {
        if (!(error instanceof RunOver)) console.error(error);
      });
    });
  }
};

const atMost = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms))]);

const nameOf = ({ brain: { name, digest, simulated } }: Seat) => ({ name, digest, simulated });

const statusOf = ({ id }: Launch, { state, seq }: Engine, pair: Pair): RunStatus => {
  const [planner, worker] = [nameOf(pair.planner), nameOf(pair.worker)];
  const { phase, outcome, tick } = state;
  const simulated = planner.simulated || worker.simulated;
  return { id, pid: process.pid, phase, outcome, tick, seq, simulated, planner, worker };
};

const manifestOf = (launch: Launch, task: LoadedTask, pair: Pair): Manifest => {
  const seat = ({ brain, system, constrained }: Seat) => ({
    ...nameOf({ brain, system, constrained }),
    system,
    constrained,
  });
  const { id, profile, pace, fsync, taskSource, policy, seed, socket } = launch;
  return {
    v: 1,
    id,
    createdAt: new Date().toISOString(),
    code: codeVersion(),
    profile,
    config: { pace, fsync },
    brains: { planner: seat(pair.planner), worker: seat(pair.worker) },
    task: task.spec,
    taskSource,
    policy,
    seed,
    environment: environment(),
    socket,
  };
};
