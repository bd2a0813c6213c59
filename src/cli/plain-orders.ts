/** Orders to a run, a line each, from stdin. A line that is none is answered by one sentence; the end of stdin ends nothing. */
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { OperatorCommand } from '../kernel/index.ts';
import { connectControl, NoKernel } from '../runtime/control-client.ts';
import { readManifest } from '../runtime/manifest.ts';
import { line, say } from './print.ts';

export interface PlainOrdersOptions {
  dir: string;
  readOnly: boolean;
  /** How things stand, in a sentence. */
  standing(): string;
  /** The operator wants to watch no more. */
  leave(): void;
}

const ANSWER_MS = 5000;
const HELP = ['status    how the run stands', 'detach    watch no more; the run goes on', 'pause, unpause, step, kill'];

export class PlainOrders {
  readonly #options: PlainOrdersOptions;
  readonly #lines: Interface;
  /** Orders are given one after the other, as they were typed. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PlainOrdersOptions) {
    this.#options = options;
    // Where stdin is closed there is nothing to read, and nothing more to it.
    process.stdin.on('error', () => {});
    this.#lines = createInterface({ input: process.stdin, terminal: false });
    this.#lines.on('line', (text) => {
      this.#last = this.#last.then(() => this.#obey(text.trim()));
    });
  }

  close(): void {
    this.#lines.close();
    process.stdin.destroy();
  }

  async #obey(text: string): Promise<void> {
    const { standing, leave, readOnly } = this.#options;
    if (text === '') return;
    if (text === 'help' || text === '?') return await line(HELP.join('\n'));
    if (text === 'status') return await line(standing());
    if (text === 'detach' || text === 'quit' || text === 'q') return leave();
    const order = parse(text);
    if (typeof order === 'string') return say(order);
    if (readOnly) return say(`${order.command}: this console was opened with --read-only`);
    await this.#give(order);
  }

  /** What comes of an order is told as the journal tells it; only that nothing does has to be said here. */
  async #give(order: OperatorCommand): Promise<void> {
    const { dir } = this.#options;
    try {
      const client = await connectControl(readManifest(dir)?.socket ?? join(dir, 'control.sock'), ANSWER_MS);
      const { events } = await client
        .command({ by: 'plain', reason: '', order }, ANSWER_MS)
        .finally(() => client.close());
      const ignored = events.find((event) => event.kind === 'input.ignored');
      if (ignored !== undefined) say(`${order.command} did nothing: ${ignored.why}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(error instanceof NoKernel ? `the run takes no orders: ${why}` : `${order.command}: ${why}`);
    }
  }
}

const parse = (text: string): OperatorCommand | string => {
  if (text === 'pause' || text === 'unpause' || text === 'step' || text === 'kill') return { command: text };
  return `${text.split(/\s/)[0]}: no such order; help lists them`;
};
