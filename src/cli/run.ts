/** `turingos run TASK`: makes a run, starts its kernel, and shows it or waits for it. */
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../journal/lock.ts';
import { DEFAULT_POLICY, type Policy } from '../kernel/index.ts';
import { connectControl } from '../runtime/control-client.ts';
import type { CommandParams } from '../runtime/control-protocol.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { type KernelProcess, type Launch, launchKernel } from '../runtime/launch.ts';
import { lockHolder } from '../runtime/liveness.ts';
import { createRunDir, dropSocketPlace, homeDir, socketPath } from '../runtime/run-dir.ts';
import { stopRun } from '../runtime/stop-run.ts';
import { sanitise } from '../store/sanitise.ts';
import { openConsole } from './console.ts';
import { taskNamed } from './load-task.ts';
import type { CommonOptions } from './options.ts';
import { endCode, endObject, endSentence, goneSentence } from './outcome.ts';
import { policyFrom } from './policy-file.ts';
import { json, line } from './print.ts';
import { isNotable, shown, watchRun } from './watch.ts';

export interface RunOptions extends CommonOptions {
  headless?: true;
  profile: string;
  policy?: string;
  seed: number;
  pace?: 'max' | number;
  fsync: Launch['fsync'];
}

/** Readable, and about what a person reads. */
const CONSOLE_PACE = 30;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** How long the kernel may take to answer a Ctrl-C, and to end after it. */
const KILL_MS = 1000;

/** How this program starts itself, from `dist` or from the sources. */
const selfCommand = (): string[] => {
  const built = fileURLToPath(new URL('./main.js', import.meta.url));
  return [process.execPath, existsSync(built) ? built : fileURLToPath(new URL('./main.ts', import.meta.url))];
};

/** @param defaults what a policy file is laid over */
export const runVerb = async (
  taskName: string,
  options: RunOptions,
  defaults: Policy = DEFAULT_POLICY,
): Promise<number> => {
  const task = taskNamed(taskName, options.seed);
  const base = { ...defaults, limits: { ...defaults.limits, ...task.limits } };
  const policy = options.policy === undefined ? base : policyFrom(options.policy, base);
  const headless = options.headless === true || options.json === true || process.stdout.isTTY !== true;
  const home = homeDir(options.home);
  const { id, dir } = createRunDir(home);
  const launch: Launch = {
    id,
    profile: options.profile,
    pace: options.pace ?? (headless ? 'max' : CONSOLE_PACE),
    fsync: options.fsync,
    taskSource: existsSync(taskName) && task.spec.name !== taskName ? resolve(taskName) : taskName,
    policy,
    seed: options.seed,
    socket: socketPath(dir, id),
  };
  // From here on there is a run that would outlive this process.
  const interrupts = new Interrupts(dir, launch.socket);
  try {
    const kernel = await launchKernel(selfCommand(), dir, launch);
    await interrupts.repeat();
    // The console takes its time to load: a signal that comes meanwhile is still one to the run.
    if (!headless && !interrupts.taken) await import('../app.tsx');
    if (headless || interrupts.taken) {
      const code = await waitFor(id, dir, kernel, options.json === true);
      return interrupts.taken ? EXIT.killed : code;
    }
    // Who detaches gets the prompt back; the run goes on.
    kernel.release();
  } catch (error) {
    // A run that never began is none.
    if (!existsSync(resolve(dir, 'journal'))) rmSync(dir, { recursive: true, force: true });
    dropSocketPlace(launch.socket);
    if (interrupts.taken) {
      process.stderr.write(`turingos: ${sanitise(error instanceof Error ? error.message : String(error))}\n`);
      return EXIT.killed;
    }
    throw error;
  } finally {
    interrupts.release();
  }
  return await openConsole({ home, runId: id });
};

/** Ctrl-C kills the run, also one that is still starting; where the kernel does not end in time, or at the second one, by force. */
class Interrupts {
  readonly #dir: string;
  readonly #socket: string;
  #signal: NodeJS.Signals | undefined;
  #listens = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(dir: string, socket: string) {
    this.#dir = dir;
    this.#socket = socket;
    for (const signal of SIGNALS) process.on(signal, this.#interrupt);
  }

  get taken(): boolean {
    return this.#signal !== undefined;
  }

  /** Once the kernel listens: what was asked for before it did. */
  async repeat(): Promise<void> {
    this.#listens = true;
    if (this.#signal !== undefined) await this.#ask(this.#signal);
  }

  release(): void {
    clearTimeout(this.#patience);
    for (const signal of SIGNALS) process.off(signal, this.#interrupt);
  }

  readonly #interrupt = (signal: NodeJS.Signals): void => {
    const again = this.taken;
    this.#signal = signal;
    void (again ? this.#force(signal) : this.#ask(signal));
  };

  async #force(signal: NodeJS.Signals): Promise<void> {
    const holder = lockHolder(this.#dir);
    // Without a holder there is nothing to end yet; what was asked for is repeated once there is.
    if (holder !== undefined && isAlive(holder)) await stopRun(this.#dir, this.#socket, holder, order(signal));
  }

  async #ask(signal: NodeJS.Signals): Promise<void> {
    clearTimeout(this.#patience);
    // One that still starts takes as long as its brains take to load.
    if (this.#listens) this.#patience = setTimeout(() => void this.#force(signal), KILL_MS);
    try {
      const client = await connectControl(this.#socket, KILL_MS);
      await client.command(order(signal), KILL_MS).finally(() => client.close());
    } catch {
      // It does not listen yet, or is ending already; what becomes of it is told from its journal.
    }
  }
}

const order = (signal: NodeJS.Signals): CommandParams => ({
  by: 'cli',
  reason: signal === 'SIGINT' ? 'Ctrl-C' : signal,
  order: { command: 'kill' },
});

const waitFor = async (id: string, dir: string, kernel: KernelProcess, asJson: boolean): Promise<number> => {
  let records = 0;
  // Named first, so that whoever reads along can kill it or inject a fault.
  if (asJson) await json({ kind: 'run.launched', id, dir, pid: kernel.pid });
  const ended = await watchRun(
    dir,
    (record) => {
      records = record.seq;
      return asJson && isNotable(record) ? json(shown(record)) : undefined;
    },
    kernel.exited,
  );
  const code = await kernel.exited;
  if (ended === undefined) {
    process.stderr.write(`turingos: ${goneSentence(id, dir)}\n`);
    if (asJson) await json({ id, outcome: 'gone', reason: `kernel ended with ${code}`, records, dir });
    return EXIT.internal;
  }
  if (asJson) await json(endObject(id, dir, ended, records));
  else await line(endSentence(id, ended));
  return endCode(ended);
};
