/** What a state remembers of the whole run. Only decisions ask for it, and it is all of a state that grows with the run. */
import { emptyHashSet, hashSetIsEmpty } from './hash-set.ts';
import type { Proc, State } from './state.ts';

const forgetful = (proc: Proc): Proc => (hashSetIsEmpty(proc.joins) ? proc : { ...proc, joins: emptyHashSet });

/**
 * The state for those who look and do not decide: without the worlds, commands and consensuses that there have been. `evolve`
 * goes on from it as from the whole one.
 * @returns the same state where it remembers nothing
 */
export const withoutHistory = (state: State): State => {
  const procs = Object.values(state.procs);
  const remembers =
    !hashSetIsEmpty(state.worlds) || !hashSetIsEmpty(state.execs) || procs.some((proc) => forgetful(proc) !== proc);
  if (!remembers) return state;
  return {
    ...state,
    worlds: emptyHashSet,
    execs: emptyHashSet,
    procs: Object.fromEntries(procs.map((proc) => [proc.pid, forgetful(proc)])),
  };
};
