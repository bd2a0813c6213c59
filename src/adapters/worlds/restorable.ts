import type { World } from '../../runtime/ports.ts';

/** A world that can be put back: what atomic ops and injected faults are built on. */
export interface RestorableWorld extends World {
  /** A token for the state as it is now; cheap, and good until the world is disposed of. */
  snapshot(): Promise<unknown>;
  /** Puts everything that `hash`, `observe` and `perform` can tell apart back to a snapshot of this world. */
  restore(snapshot: unknown): Promise<void>;
}
