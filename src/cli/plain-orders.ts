/** Orders to a run, a line each, from stdin. A line that is none is answered by one sentence; the end of stdin ends nothing. */
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { findConfig } from '../adapters/config/find.ts';
import type { State } from '../kernel/state.ts';
import { connectControl, NoKernel } from '../runtime/control-client.ts';
import { readManifest } from '../runtime/manifest.ts';
import { FORMS, type OrderLine, outcomeText, parseOrder } from '../store/order-text.ts';
import { line, say } from './print.ts';

export interface PlainOrdersOptions {
  dir: string;
  readOnly: boolean;
  /** As far as it was told. */
  state(): State;
  /** How things stand, in a sentence. */
  standing(): string;
  /** The operator wants to watch no more. */
  leave(): void;
}

/** Opening another brain may take as long as loading a model. */
const ANSWER_MS = 60_000;
const HELP_WIDTH = 44;

const HELP: readonly (readonly [string, string])[] = [
  ['status', 'how the run stands'],
  ['detach', 'watch no more; the run goes on'],
  ...FORMS.map(({ verb, form, help }) => [`${verb} ${form}`.trim(), help] as const),
  ['… --reason TEXT', 'behind any order: why, for the journal'],
  ['… --dry-run', 'behind any order: only say what it would do'],
];

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
    const { standing, leave } = this.#options;
    if (text === '') return;
    if (text === 'help' || text === '?') {
      for (const [form, help] of HELP) await line(`${form.padEnd(HELP_WIDTH)}  ${help}`);
    } else if (text === 'status') await line(standing());
    else if (text === 'detach' || text === 'quit' || text === 'q') leave();
    else await this.#order(text).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  }

  /** What comes of an order, also that nothing does, is told as the journal tells it; what would come is said here. */
  async #order(text: string): Promise<void> {
    const { dir, readOnly, state } = this.#options;
    const parsed = parseOrder(text, { state: state() });
    const { order, dryRun } = parsed;
    if (readOnly && !dryRun) return say(`${order.command}: this was opened with --read-only`);
    const { events } = await give(dir, parsed);
    if (dryRun) await line(`would be: ${outcomeText(order, events, state())}`);
  }
}

const give = async (dir: string, { order, reason, dryRun }: OrderLine) => {
  // The kernel runs elsewhere: the file that this process would read is named to it.
  const config = order.command === 'swap' ? findConfig() : undefined;
  const extra = { ...(dryRun ? { dryRun } : {}), ...(config === undefined ? {} : { config }) };
  try {
    const client = await connectControl(readManifest(dir)?.socket ?? join(dir, 'control.sock'), ANSWER_MS);
    return await client.command({ by: 'plain', reason, order, ...extra }, ANSWER_MS).finally(() => client.close());
  } catch (error) {
    if (!(error instanceof NoKernel)) throw error;
    throw new Error(`the run takes no orders: ${error.message}`);
  }
};
