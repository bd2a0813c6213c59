/** `turingos run TASK`: makes a run, starts its kernel, and shows it or waits for it. */
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_POLICY, type Policy } from '../kernel/index.ts';
import { connectControl } from '../runtime/control-client.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { type KernelProcess, type Launch, launchKernel } from '../runtime/launch.ts';
import { createRunDir, homeDir, socketPath } from '../runtime/run-dir.ts';
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
/** How long the kernel may take to answer a Ctrl-C. */
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
  const interrupts = new Interrupts(launch.socket);
  try {
    const kernel = await launchKernel(selfCommand(), dir, launch);
    await interrupts.repeat();
    if (headless) return await waitFor(id, dir, kernel, options.json === true);
    // Who detaches gets the prompt back; the run goes on.
    kernel.release();
  } catch (error) {
    // A run that never began is none.
    if (!existsSync(resolve(dir, 'journal'))) rmSync(dir, { recursive: true, force: true });
    throw error;
  } finally {
    interrupts.release();
  }
  return await openConsole({ home, runId: id });
};

/** Ctrl-C kills the run, also one that is still starting. */
class Interrupts {
  readonly #socket: string;
  #signal: NodeJS.Signals | undefined;

  constructor(socket: string) {
    this.#socket = socket;
    for (const signal of SIGNALS) process.on(signal, this.#interrupt);
  }

  /** Once the kernel listens: what was asked for before it did. */
  async repeat(): Promise<void> {
    if (this.#signal !== undefined) await this.#kill(this.#signal);
  }

  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#interrupt);
  }

  readonly #interrupt = (signal: NodeJS.Signals): void => {
    this.#signal = signal;
    void this.#kill(signal);
  };

  async #kill(signal: NodeJS.Signals): Promise<void> {
    const reason = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    try {
      const client = await connectControl(this.#socket, KILL_MS);
      await client.command({ by: 'cli', reason, order: { command: 'kill' } }, KILL_MS).finally(() => client.close());
    } catch {
      // It does not listen yet, or is ending already; what becomes of it is told from its journal.
    }
  }
}

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
