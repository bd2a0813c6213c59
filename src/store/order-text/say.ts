/** Orders back to words, and what came of them. */
import type { KernelEvent, OperatorCommand } from '../../kernel/records/index.ts';
import type { PolicyValue } from '../../kernel/settable.ts';
import { procLabel, ROOT_PID, type State } from '../../kernel/state.ts';
import { pidText } from '../op-text.ts';
import { fieldAt, valueText } from './fields.ts';
import { quoteWord } from './words.ts';

type ProcText = (pid: number) => string;
/** Only the root plans; whoever it forks works. */
const plain: ProcText = (pid) => procLabel({ pid, role: pid === ROOT_PID ? 'planner' : 'worker' });
const naming = (state: State | undefined): ProcText =>
  state === undefined ? plain : (pid) => (state.procs[pid] === undefined ? plain(pid) : pidText(state, pid));

/** As it would be written: `parseOrder` reads the same order back. @param state names processes by their letter too */
export const orderWords = (order: OperatorCommand, state?: State): string => {
  const who = naming(state);
  switch (order.command) {
    case 'kill':
      return order.pid === undefined ? 'kill' : `kill ${who(order.pid)}`;
    case 'tell':
      return `tell ${who(order.pid)} ${quoteWord(order.text)}`;
    case 'grant':
      return `grant ${who(order.pid)} ${order.rights} ${quoteWord(order.target)}`;
    case 'grant_panic':
      return `grant panic ${order.units}`;
    case 'revoke':
      return `revoke ${who(order.pid)} ${quoteWord(order.handle)}`;
    case 'set':
      return `set ${order.changes.map(({ field, value }) => `${fieldAt(field)?.name ?? field} ${valueText(field, value)}`).join(' ')}`;
    case 'pardon':
      return `pardon ${who(order.pid)}`;
    case 'swap':
      return `swap ${order.role} ${quoteWord(order.profile)}`;
    case 'disarm':
      return `disarm ${order.fault}`;
    case 'inject': {
      const { fault, target, times, rate, handle } = order.fault;
      const whom = typeof target === 'number' ? who(target) : target;
      const often = times === undefined ? '' : ` --times ${times}`;
      const chance = rate === undefined ? '' : ` --rate ${rate / 1000}`;
      return `inject ${fault} --target ${whom}${often}${chance}${handle === undefined ? '' : ` --handle ${quoteWord(handle)}`}`;
    }
    default:
      return order.command;
  }
};

/** Why an order did nothing. The kernel's own words stand in journals as they are, and so in what is verified. */
export const refusalText = (why: string, state?: State): string => {
  const who = naming(state);
  return why.replace(/(?<!no )\bprocess (\d+)/g, (_, pid) => who(Number(pid)));
};

/**
 * What came of an order, as one sentence without its full stop; why it did nothing, where it did nothing.
 * @param state to name processes with
 */
export const outcomeText = (
  order: OperatorCommand,
  events: readonly Pick<KernelEvent, 'kind'>[],
  state?: State,
): string => {
  const all = events as readonly KernelEvent[];
  const ignored = all.find((event) => event.kind === 'input.ignored');
  const who = naming(state);
  if (ignored !== undefined) return refusalText(ignored.why, state);
  switch (order.command) {
    case 'pause':
      return 'paused; what is in flight comes to its end';
    case 'unpause':
      return 'goes on';
    case 'step': {
      const route = all.find((event) => event.kind === 'route.dispatched');
      return route === undefined ? 'one dispatch granted' : `t${route.tick} dispatched to ${who(route.pid)}`;
    }
    case 'kill':
      return order.pid === undefined ? 'killed; partial streams are kept' : `${who(order.pid)} killed`;
    case 'tell':
      return `${who(order.pid)} is told in its next frame`;
    case 'grant_panic': {
      const granted = all.find((event) => event.kind === 'panic.granted');
      return `panic budget raised by ${order.units}${granted === undefined ? '' : ` to ${granted.left}`}`;
    }
    case 'grant': {
      const issued = all.find((event) => event.kind === 'capability.issued');
      return `${who(order.pid)} holds ${issued?.cap.handle ?? 'a handle'} ${order.rights} ${order.target}`;
    }
    case 'revoke': {
      const rows = all.find((event) => event.kind === 'capability.revoked')?.handles ?? [];
      return `revoked ${rows.map(({ pid, handle }) => `${handle} of ${who(pid)}`).join(', ')}`;
    }
    case 'set': {
      const changed = all.find((event) => event.kind === 'policy.changed');
      return changesText(changed?.changes ?? []);
    }
    case 'pardon':
      return `${who(order.pid)} is pardoned: thrash counters and trap streak are cleared`;
    case 'swap': {
      const swapped = all.find((event) => event.kind === 'brain.swapped');
      return `${order.role} is ${swapped?.brain.name ?? order.profile} from the next request on`;
    }
    case 'disarm':
      return `fault ${order.fault} is disarmed; where it is under way already it still strikes`;
    case 'inject': {
      const struck = all.some(({ kind }) => ['fault.requested', 'fault.staged', 'fault.triggered'].includes(kind));
      const armed = all.find((event) => event.kind === 'fault.armed');
      return `fault ${armed?.id ?? ''} ${order.fault.fault} ${struck ? 'strikes now' : 'armed'}`;
    }
  }
};

/** `thrash.same from 4 to 6, wall from off to 30m` */
export const changesText = (changes: readonly { field: string; before: PolicyValue; after: PolicyValue }[]): string =>
  changes
    .map(
      ({ field, before, after }) =>
        `${fieldAt(field)?.name ?? field} from ${valueText(field, before)} to ${valueText(field, after)}`,
    )
    .join(', ');
