/** Verbs that give a live run one order. The order's words are those of the palette and of `--plain` too. */
import { randomBytes } from 'node:crypto';
import { findConfig } from '../adapters/config/find.ts';
import { connectControl, NoKernel } from '../runtime/control-client.ts';
import type { CommandParams, CommandResult } from '../runtime/control-protocol.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findKernel } from '../runtime/find-kernel.ts';
import { stallOf } from '../runtime/stall.ts';
import { UserError } from '../runtime/user-error.ts';
import { NoOrder, orderWords, outcomeText, parseOrderWords } from '../store/order-text.ts';
import { type LiveRun, liveRun, notAlive } from './live-run.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

/** Opening another brain may take as long as loading a model. */
const ANSWER_MS = 5000;
const SWAP_MS = 60_000;

export interface OrderOptions extends CommonOptions {
  reason?: string;
  dryRun?: true;
  /** What tells a repetition from another order. */
  id?: string;
  config?: string;
}

/**
 * @param words the order, its verb first
 * @returns 1 where the kernel journalled the order and could not do it; 0 also where what it asks for is so already
 */
export const orderVerb = async (name: string, words: readonly string[], options: OrderOptions): Promise<number> => {
  refuseNoRun(name, words);
  const { order } = parsed(words);
  const { id, dir, socket } = await liveRun(name, options.home);
  const { reason = '', dryRun, id: orderId = randomBytes(4).toString('hex') } = options;
  // The kernel runs elsewhere: the file that this process would read is named to it.
  const config = order.command === 'swap' ? findConfig(options.config) : undefined;
  const result = await give(
    { id, dir, socket },
    {
      by: 'cli',
      reason,
      order,
      // So that it can be repeated, if no answer comes.
      id: orderId,
      ...(dryRun === undefined ? {} : { dryRun }),
      ...(config === undefined ? {} : { config }),
    },
  );
  const { seq, events, already, repeated } = result;
  const outcome = outcomeText(order, events);
  const failed = already !== true && events.some(({ kind }) => kind === 'input.ignored');
  if (options.json === true) {
    const flags = { dryRun, already, repeated };
    await json({ id, seq, order: orderWords(order), outcome, ...flags, events });
  } else if (failed)
    throw new UserError(`${words[0]} ${dryRun ? 'would do' : 'did'} nothing: ${outcome}`, EXIT.notPassed);
  else await line(`${id}: ${prefix(result, dryRun)}${outcome}`);
  return failed ? EXIT.notPassed : EXIT.ok;
};

/** What stands where the run should, because that was forgotten, is no beginning of an id. */
const refuseNoRun = (name: string, [verb = '', ...words]: readonly string[]): void => {
  if (name === '@last' || /^[0-9a-f]+$/i.test(name)) return;
  const meant = ['turingos', verb, '@last', name, ...words].join(' ');
  throw new UserError(`\`${name}\` is no run, and the run comes first: \`${meant}\``, EXIT.usage);
};

const prefix = ({ already, repeated }: CommandResult, dryRun: true | undefined): string =>
  [
    dryRun === true ? 'dry run, nothing is done: ' : '',
    repeated === true ? 'done before, under this id: ' : '',
    already === true ? 'nothing to do: ' : '',
  ].join('');

const parsed = (words: readonly string[]): ReturnType<typeof parseOrderWords> => {
  try {
    return parseOrderWords(words);
  } catch (error) {
    throw error instanceof NoOrder
      ? new UserError(`${error.message}; see \`turingos ${words[0]} --help\``, EXIT.usage)
      : error;
  }
};

const give = async ({ id, dir, socket }: Omit<LiveRun, 'holder'>, params: CommandParams): Promise<CommandResult> => {
  const patience = params.order.command === 'swap' ? SWAP_MS : ANSWER_MS;
  try {
    const client = await connectControl(socket, ANSWER_MS);
    try {
      return await client.command(params, patience);
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof NoKernel)) throw error;
    if (!error.silent && (await findKernel(dir)).is === 'none') throw notAlive(id);
    const stall = await stallOf(dir);
    if (stall !== null || error.silent) throw unsure(id, stall ?? error.message, params);
    throw new UserError(`run ${id} takes no orders: ${error.message}; \`turingos kill ${id}\` ends it`, EXIT.busy);
  }
};

/** Nothing was taken back: what stands in a socket or waits for the disk may be done yet. */
const unsure = (id: string, why: string, { id: orderId, dryRun }: CommandParams): UserError => {
  const reason = why.replace(/\.$/, '');
  if (dryRun === true) return new UserError(`run ${id} did not answer: ${reason}`, EXIT.busy);
  return new UserError(
    `it is not known whether run ${id} took the order: ${reason}; given again with \`--id ${orderId}\` it is done once`,
    EXIT.busy,
  );
};
