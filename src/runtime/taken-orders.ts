/** What orders came to, by their ids: who gives one twice, for want of an answer, is told what the first one did. */
import {
  type InputOf,
  inEffect,
  type KernelEvent,
  type KernelInput,
  ORDERS_KEPT,
  type State,
} from '../kernel/index.ts';

/** What an order came to. */
export interface Answer {
  /** Of the input. */
  seq: number;
  events: readonly KernelEvent[];
  /** It asked for what was so already. */
  already?: true;
  /** It was given before under this id: this is what it did then. */
  repeated?: true;
}

/** @param before the state that the order met */
export const answerTo = (
  before: State,
  { order }: InputOf<'operator.commanded'>,
  seq: number,
  events: readonly KernelEvent[],
): Answer => {
  const ignored = events.some(({ kind }) => kind === 'input.ignored');
  return ignored && inEffect(before, order) ? { seq, events, already: true } : { seq, events };
};

export class TakenOrders {
  /** As many as the kernel knows, oldest first. */
  readonly #answers = new Map<string, Answer>();

  /** @returns what to answer; undefined where the input is no order */
  see(before: State, input: KernelInput, seq: number, events: readonly KernelEvent[]): Answer | undefined {
    if (input.kind !== 'operator.commanded') return undefined;
    const answer = answerTo(before, input, seq, events);
    if (input.id === undefined) return answer;
    if (events[0]?.kind === 'order.taken') this.#keep(input.id, answer);
    if (events[0]?.kind !== 'order.repeated') return answer;
    const first = this.#answers.get(input.id);
    return { ...(first ?? answer), repeated: true };
  }

  #keep(id: string, answer: Answer): void {
    this.#answers.set(id, answer);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > ORDERS_KEPT && oldest.done !== true) this.#answers.delete(oldest.value);
  }
}
