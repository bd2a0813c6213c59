/** States of recent seeks, so that the next step does not fold from a snapshot again. They share most of what they hold. */
import type { Anchor } from '../journal/anchor.ts';
import type { LiveState } from '../store/live-state.ts';

const KEPT = 32;

export interface StateAt {
  state: LiveState;
  /** The record that it is the state after; undefined before the first. */
  at: Anchor | undefined;
}

export class KeptStates {
  readonly #states = new Map<number, StateAt>();

  put(kept: StateAt): void {
    const seq = kept.at?.seq ?? 0;
    this.#states.delete(seq);
    this.#states.set(seq, kept);
    if (this.#states.size > KEPT) this.#states.delete(this.#states.keys().next().value as number);
  }

  /** The nearest one up to a record; it counts as used. */
  upTo(seq: number): StateAt | undefined {
    let best = -1;
    for (const at of this.#states.keys()) if (at <= seq && at > best) best = at;
    const found = this.#states.get(best);
    if (found !== undefined) this.put(found);
    return found;
  }

  clear(): void {
    this.#states.clear();
  }
}
