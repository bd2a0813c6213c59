/** Makes the brains of a run. */
import type { EndpointSpec } from '../adapters/brains/endpoints/index.ts';
import { VENDORS, type VendorName } from '../adapters/brains/endpoints/vendors.ts';
import { canonicalJson, type Role } from '../kernel/index.ts';
import { type BrainSpec, type EndpointsSpec, isEndpoints, type SeatSpec } from '../runtime/brain-spec.ts';
import type { Seat } from '../runtime/effects-brain.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { Launch } from '../runtime/launch.ts';
import { type Brain, BrainError } from '../runtime/ports.ts';
import { UserError } from '../runtime/user-error.ts';

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

/** The brains of a run: two seats, and those that are opened to be swapped in. */
export class Pair {
  planner: Seat;
  worker: Seat;
  /** Milliseconds between two tokens. */
  pace: 'max' | number;
  readonly #opened: Set<Brain>;
  readonly #waiting = new Map<string, Seat>();

  /** @param opened what is to be disposed of */
  constructor({ planner, worker }: Record<Role, Seat>, pace: 'max' | number, opened: Iterable<Brain>) {
    this.planner = planner;
    this.worker = worker;
    this.pace = pace;
    this.#opened = new Set(opened);
  }

  /** @returns the text that names the seat in the journal, and by which `waiting` finds it */
  async open(profile: string, spec: SeatSpec): Promise<{ text: string; seat: Seat }> {
    const text = canonicalJson(spec);
    const known = this.#waiting.get(text);
    if (known !== undefined) return { text, seat: known };
    const brain = await opened(profile, () => openBrain(spec.brain));
    this.#opened.add(brain);
    const seat = await seatOf(brain, spec, () => this.pace);
    this.#waiting.set(text, seat);
    return { text, seat };
  }

  /** A seat that was opened for a swap. */
  readonly waiting = ({ seat }: { seat: string }): Seat => {
    const found = this.#waiting.get(seat);
    if (found === undefined) throw new Error('that brain was not opened');
    return found;
  };

  async dispose(): Promise<void> {
    await Promise.all([...this.#opened].map((brain) => brain.dispose()));
  }
}

/** @throws UserError 69 where a brain cannot be had */
export const openPair = async ({ profile, pair, pace }: Pick<Launch, 'profile' | 'pair' | 'pace'>): Promise<Pair> => {
  const alike = JSON.stringify(pair.planner.brain) === JSON.stringify(pair.worker.brain);
  const planner = await opened(profile, () => openBrain(pair.planner.brain));
  const worker = alike ? planner : await opened(profile, () => openBrain(pair.worker.brain));
  const given = (): 'max' | number => seats.pace;
  const seats: Pair = new Pair(
    { planner: await seatOf(planner, pair.planner, given), worker: await seatOf(worker, pair.worker, given) },
    pace,
    [planner, worker],
  );
  return seats;
};

const opened = async (profile: string, open: () => Promise<Brain>): Promise<Brain> => {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    throw new UserError(
      `profile ${profile} cannot be used: ${error.message.split('\n')[0]}; --profile sim needs no model`,
      EXIT.unavailable,
    );
  }
};

const seatOf = async (brain: Brain, spec: SeatSpec, pace: () => 'max' | number): Promise<Seat> => {
  const { faultyBrain } = await import('../adapters/chaos/faulty-brain.ts');
  const { paced } = await import('../adapters/brains/paced.ts');
  const { system, constrained, brain: made } = spec;
  const price = isEndpoints(made) && made.price !== undefined ? { price: made.price } : {};
  // The fault goes outermost: what a person sees of a stream is where it is cut.
  return { brain: faultyBrain(paced(brain, pace)), system, constrained, ...price };
};
