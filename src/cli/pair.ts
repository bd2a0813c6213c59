/** Makes the brains of a run. */
import type { EndpointSpec } from '../adapters/brains/endpoints/index.ts';
import { VENDORS, type VendorName } from '../adapters/brains/endpoints/vendors.ts';
import { type BrainSpec, type EndpointsSpec, isEndpoints, type SeatSpec } from '../runtime/brain-spec.ts';
import type { Seat } from '../runtime/effects-brain.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { Launch } from '../runtime/launch.ts';
import { type Brain, BrainError } from '../runtime/ports.ts';
import { UserError } from '../runtime/user-error.ts';

export interface Pair {
  planner: Seat;
  worker: Seat;
  dispose(): Promise<void>;
}

/** What the simulated brains get wrong, in thousandths of their replies. */
const SIM_RATES = { schema: 30, badHandle: 20, thrash: 30, slip: 60, cut: 10 } as const;

/** @throws BrainError */
export const openBrain = async (spec: BrainSpec): Promise<Brain> => {
  if (isEndpoints(spec)) {
    const { openEndpoints } = await import('../adapters/brains/endpoints/index.ts');
    const [first, ...others] = endpointsOf(spec);
    if (first === undefined) throw new BrainError('unreachable', `${spec.model} has no address`);
    return openEndpoints([first, ...others]);
  }
  if (spec.provider === 'simulated') {
    const { createSimulatedBrain } = await import('../adapters/brains/simulated.ts');
    return createSimulatedBrain({ rates: spec.rates ?? SIM_RATES, playbook: spec.playbook });
  }
  const { createEmbeddedBrain } = await import('../adapters/brains/embedded.ts');
  return createEmbeddedBrain({ checkpoint: spec.model });
};

/** One for each address. @throws BrainError where the vendor is none of this version's */
export const endpointsOf = (spec: EndpointsSpec): EndpointSpec[] =>
  spec.urls.map((baseUrl) => {
    const { urls: _, provider, ...options } = spec;
    if (!('vendor' in options)) return { protocol: 'ollama', ...options, baseUrl };
    const { vendor } = options;
    if (!isVendor(vendor)) throw new BrainError('unreachable', `this version knows no vendor ${vendor}`);
    return { protocol: 'openai', ...options, vendor, baseUrl };
  });

const isVendor = (name: string): name is VendorName => Object.hasOwn(VENDORS, name);

/** @throws UserError 69 where a brain cannot be had */
export const openPair = async ({ profile, pair, pace }: Pick<Launch, 'profile' | 'pair' | 'pace'>): Promise<Pair> => {
  const alike = JSON.stringify(pair.planner.brain) === JSON.stringify(pair.worker.brain);
  try {
    const planner = await openBrain(pair.planner.brain);
    const worker = alike ? planner : await openBrain(pair.worker.brain);
    return {
      planner: await seat(planner, pair.planner, pace),
      worker: await seat(worker, pair.worker, pace),
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

const seat = async (brain: Brain, { system, constrained }: SeatSpec, pace: 'max' | number): Promise<Seat> => {
  const { faultyBrain } = await import('../adapters/chaos/faulty-brain.ts');
  const { paced } = await import('../adapters/brains/paced.ts');
  // The fault goes outermost: what a person sees of a stream is where it is cut.
  const timed = pace === 'max' ? brain : paced(brain, pace);
  return { brain: faultyBrain(timed), system, constrained };
};
