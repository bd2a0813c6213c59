import type { KernelEvent, KernelInput } from '../../src/kernel/index.ts';
import { Machine } from './machine.ts';

/** Whatever is frozen already was frozen with all that it holds: a state shares most of itself with the one before. */
const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
};

/** Every input and every state of its history is frozen throughout: whoever writes to one, then or later, throws. */
export class FrozenMachine extends Machine {
  override feed(input: KernelInput): KernelEvent[] {
    freeze(this.state);
    freeze(input);
    const events = super.feed(input);
    freeze(this.state);
    freeze(events);
    return events;
  }
}
