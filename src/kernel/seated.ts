/** Who sits in a run's two seats, and who sat there before. */
import type { Role } from './syscalls.ts';

export interface Labelled {
  name: string;
  simulated: boolean;
}

export interface Seated<B extends Labelled = Labelled> {
  planner: B | null;
  worker: B | null;
  /** Names of those who sat before and do not sit now; who left last comes first. */
  was: readonly string[];
}

/** What a brain is called wherever it is shown: a simulated one is no model, whatever its name. */
export const brainLabel = ({ name, simulated }: Labelled): string => (simulated ? 'SIM' : name);

export const afterSwap = <B extends Labelled>(before: Seated<B>, role: Role, brain: B): Seated<B> => {
  const left = before[role];
  const next = { ...before, [role]: brain };
  const now = [next.planner, next.worker].map((sits) => (sits === null ? '' : brainLabel(sits)));
  const all = left === null ? before.was : [brainLabel(left), ...before.was];
  return { ...next, was: [...new Set(all)].filter((name) => !now.includes(name)) };
};
