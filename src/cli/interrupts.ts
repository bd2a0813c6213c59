/** What a Ctrl-C means to a verb that has started a kernel. */
import { isAlive } from '../journal/lock.ts';
import { connectControl } from '../runtime/control-client.ts';
import type { CommandParams } from '../runtime/control-protocol.ts';
import { lockHolder } from '../runtime/liveness.ts';
import { stopRun } from '../runtime/stop-run.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** How long the kernel may take to answer a Ctrl-C, and to end after it. */
const KILL_MS = 1000;

/** Ctrl-C kills the run, also one that is still starting; where the kernel does not end in time, or at the second one, by force. */
export class Interrupts {
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

  #beginPatience(signal: NodeJS.Signals): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => void this.#force(signal), KILL_MS);
  }

  async #ask(signal: NodeJS.Signals): Promise<void> {
    // One that still starts takes as long as its brains take to load.
    if (this.#listens) this.#beginPatience(signal);
    try {
      const client = await connectControl(this.#socket, KILL_MS);
      // It listens, though whoever started it may not have been told yet.
      this.#beginPatience(signal);
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
