/** What became of a replay tuple: told by what follows it. */
import { entryText } from './entries.ts';
import type { Moment } from './moments.ts';
import { frameFact, registersFact, type TrapFact } from './trap-facts.ts';
import type { Tuple } from './tuple.ts';

export interface Fate {
  committed: boolean;
  trap?: TrapFact;
  /** A trap after it, of a reply that left no tuple and no frame. */
  lone?: TrapFact;
  /** Index of the moment that tells; undefined where the registers of the next tuple do. */
  by?: number;
  /** When that was told. */
  ms?: number;
  /** The tuple after it. */
  next?: Tuple;
  /** How the journal puts it, and what the brain thought. */
  last: string;
  thought: string;
}

/**
 * A `[Tick]` says committed, a `[TRAP_FRAME]` says no effect. Where neither stands before the next tuple (in traces, and in
 * logs from before trap frames), its registers tell: they are those that were left, or a trap's.
 */
export const fateOf = (moments: readonly Moment[], i: number): Fate => {
  const after = (at: number): Tuple | undefined =>
    moments.slice(at, at + LOOK_AHEAD).find((moment) => moment.tuple)?.tuple;
  const next = after(i + 1);
  const rest = next === undefined ? {} : { next };
  for (let by = i + 1; by < moments.length; by += 1) {
    const { entry, ms, tuple } = moments[by] as Moment;
    if (tuple !== undefined) return { ...byRegisters(moments[i]?.tuple as Tuple, tuple), next: tuple };
    if (entry.tag === 'Tick') {
      const text = entryText(entry);
      return { committed: true, by, ms, ...rest, last: text, thought: thoughtIn(text) };
    }
    const fact = entry.tag === 'TRAP_FRAME' ? frameFact(entry.body) : undefined;
    if (fact !== undefined) return { committed: false, trap: fact, by, ms, ...rest, last: '', thought: '' };
  }
  return { committed: false, last: '', thought: '' };
};

/** Entries between two tuples; more than any journal has. */
const LOOK_AHEAD = 64;

const byRegisters = (tuple: Tuple, next: Tuple): Fate => {
  const words = { last: tuple.action.op, thought: '' };
  if (next.q === tuple.qNext && next.d === tuple.dNext) return { committed: true, ...words };
  const fact = registersFact(next);
  if (fact === undefined) return { committed: false, ...words };
  return fact.alone ? { committed: true, lone: fact, ...words } : { committed: false, trap: fact, ...words };
};

const thoughtIn = (text: string): string => {
  const thought = /\| thought:([\s\S]*)$/.exec(text)?.[1]?.trim() ?? '';
  return thought === '-' ? '' : thought;
};
