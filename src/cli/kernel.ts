/** The hidden verb `kernel`: the process that is a run. Started by `run`, `resume` and `fork`, in a process group of its own, without a terminal. */
import { rmSync } from 'node:fs';
import { faultyHost } from '../adapters/chaos/faulty-host.ts';
import { Notifier } from '../adapters/notify/notifier.ts';
import type { Sandbox } from '../adapters/sandbox/sandbox.ts';
import { type Journal, openJournal } from '../journal/index.ts';
import { identify } from '../journal/lock.ts';
import { dropDeadIndexLock } from '../replay/index-lock.ts';
import { startIndexThread } from '../replay/index-thread.ts';
import type { CommandParams, CommandResult, RunStatus } from '../runtime/control-protocol.ts';
import { serveControl } from '../runtime/control-server.ts';
import { Engine, RunOver } from '../runtime/engine.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { refuseAlive } from '../runtime/find-kernel.ts';
import { unmarkKilled } from '../runtime/killed-mark.ts';
import { type Launch, launchFile, readLaunch } from '../runtime/launch.ts';
import { dropSocketPlace } from '../runtime/run-dir.ts';
import { markSwapped } from '../runtime/swapped-brains.ts';
import { refuseTarget } from './grant-target.ts';
import { beginning, nameOf } from './kernel-begin.ts';
import { sandboxOf } from './kernel-world.ts';
import { notAlive } from './live-run.ts';
import { openPair, type Pair } from './pair.ts';
import { withBrain } from './swap-brain.ts';

/** How long adapters may take to let go after the end; the process ends then in any case. */
const DISPOSE_MS = 100;

type Order = (params: CommandParams) => Promise<CommandResult>;

export const kernelVerb = async (dir: string): Promise<number> => {
  // Its terminal may go; the run stays.
  process.on('SIGHUP', () => {});
  // From the very start: a signal that comes before the run does is obeyed, and journalled, once there is one.
  const obey = signals();
  const launch = readLaunch(dir);
  // Before there is a journal: a run that cannot have its sandbox never was.
  const sandbox = await sandboxOf(dir, launch);
  const pair = await openPair(launch);
  const code = await supervise(dir, launch, { pair, sandbox }, obey);
  await atMost(DISPOSE_MS, pair.dispose());
  // Native threads and open sockets must not keep a run alive that has ended.
  process.exit(code);
};

interface Parts {
  pair: Pair;
  sandbox: Sandbox | null;
}

const supervise = async (
  dir: string,
  launch: Launch,
  { pair, sandbox }: Parts,
  obey: (order: Order) => void,
): Promise<number> => {
  let stalled: string | null = null;
  const host = faultyHost();
  const deadLock = await refuseAlive(launch.id, dir);
  // Its index was written by the same process, and locked with the same words.
  if (deadLock !== undefined) dropDeadIndexLock(dir, deadLock);
  const journal = await openJournal(dir, {
    run: launch.id,
    fsync: launch.fsync,
    deadLock,
    write: host.write,
    now: host.now,
    onStall: (why) => {
      stalled = why;
    },
  });
  const { world, grader, go } = await orClose(journal, () => beginning(dir, launch, journal, pair, sandbox));
  // Only who holds the lock may say what the run is, and that it needs no launching any more.
  rmSync(launchFile(dir), { force: true });
  // It lives again: that it was killed is over.
  unmarkKilled(dir);
  const index = startIndexThread(dir);
  const repeatsCommands = sandbox?.kind !== 'none';
  const { id, notify } = launch;
  const told = notify === undefined ? {} : { seen: new Notifier(notify, { run: id, dir }, remark(journal)).see };
  const seats = { seats: pair, swapped: pair.waiting };
  const engine = new Engine({ journal, ...seats, ...told, world, grader, host, repeatsCommands });
  const started = Promise.withResolvers<void>();
  // An order that came before the run would be ignored by the kernel.
  const command: Order = async ({ by, reason, order: asked, id, dryRun, config }) => {
    await started.promise;
    refuseTarget(asked, launch.workspace === undefined ? 'memory' : 'workspace');
    const order = await withBrain(asked, pair, config);
    if (order.command === 'swap' && dryRun !== true) markSwapped(dir);
    const answer =
      dryRun === true ? engine.wouldDo(by, reason, order, id) : await engine.command(by, reason, order, id);
    pair.pace = engine.state.policy.pace ?? launch.pace;
    return { ...answer, events: [...answer.events] };
  };
  const status = (): RunStatus => ({ ...statusOf(launch, engine, pair), stalled });
  const control = await serveControl(launch.socket, {
    status,
    command: (params) =>
      command(params).catch((error: unknown) => {
        throw error instanceof RunOver ? notAlive(id) : error;
      }),
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      console.error(error);
      engine.fail(error);
    });
  }
  try {
    await go(engine);
    pair.pace = engine.state.policy.pace ?? launch.pace;
    started.resolve();
    obey(command);
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
    await atMost(DISPOSE_MS, index.stop());
  }
};

/** Into the journal where that is still open, for whoever looks at the run; else into the kernel's own log. */
const remark =
  (journal: Journal) =>
  (text: string): void => {
    try {
      journal.appendNote({ kind: 'runtime.said', text });
    } catch {
      console.error(text);
    }
  };

/** A run that cannot begin leaves no lock behind. */
const orClose = async <T>(journal: Journal, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    await journal.close();
    throw error;
  }
};

/** Listens for signals that end the run. @returns who is told of them, those that came before included */
const signals = (): ((order: Order) => void) => {
  const early: NodeJS.Signals[] = [];
  let order: Order | undefined;
  const kill = (signal: NodeJS.Signals): void => {
    order?.({ by: 'signal', reason: signal, order: { command: 'kill' } }).catch((error) => {
      if (!(error instanceof RunOver)) console.error(error);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => (order === undefined ? early.push(signal) : kill(signal)));
  }
  return (told) => {
    order = told;
    for (const signal of early) kill(signal);
  };
};

const atMost = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms))]);

const statusOf = ({ id }: Launch, { state, seq }: Engine, pair: Pair): Omit<RunStatus, 'stalled'> => {
  const [planner, worker] = [nameOf(pair.planner), nameOf(pair.worker)];
  const { phase, outcome, tick } = state;
  const simulated = planner.simulated || worker.simulated;
  return { id, pid: process.pid, holder: identify(process.pid), phase, outcome, tick, seq, simulated, planner, worker };
};
