/** `turingos kill RUN`: aborts what is generated, ends the process group, says what it ended. */
import { EXIT } from '../runtime/exit-codes.ts';
import { type Stopped, stopRun, stopUnseen } from '../runtime/stop-run.ts';
import { liveRun } from './live-run.ts';
import type { OrderOptions } from './order.ts';
import { json, line } from './print.ts';

export const killVerb = async (name: string, options: OrderOptions): Promise<number> => {
  const { id, dir, socket, holder } = await liveRun(name, options.home);
  const order = { command: 'kill' } as const;
  const why = { by: 'cli', reason: options.reason ?? 'turingos kill', order };
  const stopped = await (holder === null ? stopUnseen(id, dir, socket, why) : stopRun(dir, socket, holder, why));
  if (options.json === true) await json({ id, ...stopped });
  else await line(killSentence(id, stopped));
  return EXIT.ok;
};

/** `killed 7f3a01b2 at t85: P1 mid-stream, 38 tokens kept; w4, w6 killed; process group 4411 ended`. */
export const killSentence = (id: string, { by, tick, streams, others, group, strays, unmarked }: Stopped): string => {
  const parts = streams.map(({ label, tokens }) => `${label} mid-stream, ${tokens} tokens kept`);
  if (others.length > 0) parts.push(`${others.join(', ')} killed`);
  if (by === 'force') parts.push('the kernel did not end in time and was ended by SIGKILL');
  if (unmarked === true)
    parts.push(
      'nothing can be written beside its journal, so that lists call it GONE, and resume --all goes on with it',
    );
  if (strays.length > 0) parts.push(`${strays.length} processes of its commands ended`);
  parts.push(group === null ? 'its kernel ended' : `process group ${group} ended`);
  return `killed ${id}${tick === null ? '' : ` at t${tick}`}: ${parts.join('; ')}`;
};
