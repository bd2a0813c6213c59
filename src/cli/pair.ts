/** Makes the brains of a profile. */

import type { Seat } from '../runtime/effects-brain.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { type Brain, BrainError } from '../runtime/ports.ts';
import { UserError } from '../runtime/user-error.ts';
import { PROFILES, type ProfileName } from './profile-names.ts';

export interface Pair {
  planner: Seat;
  worker: Seat;
  dispose(): Promise<void>;
}

/** What the simulated brains get wrong, in thousandths of their replies. */
const SIM_RATES = { schema: 30, badHandle: 20, thrash: 30, slip: 60, cut: 10 } as const;

const open = async (name: string): Promise<Brain> => {
  if (name === 'sim') {
    const { createSimulatedBrain } = await import('../adapters/brains/simulated.ts');
    return createSimulatedBrain({ rates: SIM_RATES });
  }
  const { createEmbeddedBrain } = await import('../adapters/brains/embedded.ts');
  return createEmbeddedBrain({ checkpoint: name });
};

/** @throws UserError 69 where a brain cannot be had */
export const openPair = async (profile: ProfileName, pace: 'max' | number): Promise<Pair> => {
  const names = PROFILES[profile];
  try {
    const planner = await open(names.planner);
    const worker = names.worker === names.planner ? planner : await open(names.worker);
    return {
      planner: await seat(planner, pace),
      worker: await seat(worker, pace),
      dispose: async () => {
        await Promise.all([...new Set([planner, worker])].map((brain) => brain.dispose()));
      },
    };
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    throw new UserError(
      `profile ${profile} cannot be used: ${error.message.split('\n')[0]}; --profile sim needs no model`,
      EXIT.unavailable,
    );
  }
};

const seat = async (brain: Brain, pace: 'max' | number): Promise<Seat> => {
  const { faultyBrain } = await import('../adapters/chaos/faulty-brain.ts');
  const { paced } = await import('../adapters/brains/paced.ts');
  // The fault goes outermost: what a person sees of a stream is where it is cut.
  const timed = pace === 'max' ? brain : paced(brain, pace);
  return { brain: faultyBrain(timed), system: '', constrained: false };
};
