/** `turingos inject RUN FAULT`: arms a fault in a live run; it strikes at once where it can. */
import { FaultSpec } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import type { CommonOptions } from './options.ts';
import { orderVerb } from './order.ts';

export interface InjectOptions extends CommonOptions {
  target: FaultSpec['target'];
  times: number;
  handle?: string;
}

export const injectVerb = async (name: string, fault: string, options: InjectOptions): Promise<number> => {
  const { target, times, handle } = options;
  const spec = FaultSpec.safeParse({ fault, target, times, ...(handle === undefined ? {} : { handle }) });
  if (!spec.success) {
    const issue = spec.error.issues[0];
    throw new UserError(`inject: ${issue?.path.join('.')}: ${issue?.message}`, EXIT.usage);
  }
  if (handle !== undefined && fault !== 'cap.revoked') {
    throw new UserError(`inject: --handle goes with cap.revoked, not with ${fault}`, EXIT.usage);
  }
  return await orderVerb(name, { command: 'inject', fault: spec.data }, options);
};
