/** Verbs that give a live run one order: pause, unpause, step, and by `inject` a fault. */
import type { KernelEvent, OperatorCommand } from '../kernel/index.ts';
import { connectControl, NoKernel } from '../runtime/control-client.ts';
import type { CommandResult } from '../runtime/control-protocol.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { liveRun } from './live-run.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

const ANSWER_MS = 5000;

/** @returns 1 where the kernel journalled the order and ignored it */
export const orderVerb = async (name: string, order: OperatorCommand, options: CommonOptions): Promise<number> => {
  const { id, socket } = await liveRun(name, options.home);
  const { seq, events } = await give(id, socket, order);
  const ignored = events.find((event) => event.kind === 'input.ignored');
  if (options.json === true) await json({ id, seq, events });
  else if (ignored === undefined) await line(`${id}: ${told(order, events)}`);
  else throw new UserError(`${order.command} did nothing: ${ignored.why}`, EXIT.notPassed);
  return ignored === undefined ? EXIT.ok : EXIT.notPassed;
};

const give = async (id: string, socket: string, order: OperatorCommand): Promise<CommandResult> => {
  try {
    const client = await connectControl(socket, ANSWER_MS);
    try {
      return await client.command({ by: 'cli', reason: '', order }, ANSWER_MS);
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof NoKernel)) throw error;
    throw new UserError(`run ${id} takes no orders: ${error.message}; \`turingos kill ${id}\` ends it`, EXIT.busy);
  }
};

const told = (order: OperatorCommand, events: readonly KernelEvent[]): string => {
  if (order.command === 'pause') return 'paused; what is in flight comes to its end';
  if (order.command === 'unpause') return 'goes on';
  if (order.command === 'step') {
    const route = events.find((event) => event.kind === 'route.dispatched');
    return route === undefined ? 'one dispatch granted' : `t${route.tick} dispatched to ${route.pid}`;
  }
  const struck = events.some(({ kind }) => kind === 'fault.requested' || kind === 'fault.triggered');
  const armed = events.find((event) => event.kind === 'fault.armed');
  return `fault ${armed?.id ?? ''} ${armed?.spec.fault ?? ''} ${struck ? 'strikes now' : 'armed'}`;
};
