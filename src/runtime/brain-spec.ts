/** What a pair of brains is made from, whole: a run keeps it, so that no configuration is needed to go on with it. Never a key. */
import { z } from 'zod';
import { Price } from '../kernel/index.ts';
import { Playbook } from './playbook.ts';

const endpoint = {
  /** As the server calls it. */
  model: z.string().min(1),
  /** Base URLs of servers of this one model; several are balanced. */
  urls: z.array(z.string()).min(1),
  /** Name of the environment variable with the key; null for none. */
  keyEnv: z.string().nullable(),
  /** Default: as the model has it. */
  thinking: z.enum(['on', 'off']).exactOptional(),
  /** What it costs, where the configuration says. */
  price: Price.exactOptional(),
  /** Milliseconds without a byte after which a request has timed out. */
  silenceMs: z.int().min(1).exactOptional(),
};

const rate = z.int().min(0).max(1000).meta({ unit: 'thousandths' });
export const SimRates = z
  .strictObject({
    schema: rate.exactOptional().describe("Break the reply's schema."),
    badHandle: rate.exactOptional().describe('Name a handle that is not held.'),
    thrash: rate.exactOptional().describe('Look again where they look already.'),
    slip: rate.exactOptional().describe("Give a wrong sum, or one of the playbook's slips."),
    cut: rate.exactOptional().describe('End in mid-stream.'),
  })
  .refine(
    (rates) => Object.values(rates).reduce((sum, one) => sum + one, 0) <= 1000,
    'are thousandths of replies, together at most 1000',
  );

export const BrainSpec = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('simulated'),
    /** Thousandths of its replies that are wrong, by kind; absent: those of the shipped `sim`. */
    rates: SimRates.exactOptional(),
    playbook: Playbook.exactOptional(),
  }),
  z.strictObject({
    provider: z.literal('embedded'),
    /** A carried checkpoint's name, or the absolute path of a GGUF file. */
    model: z.string().min(1),
  }),
  z.strictObject({
    provider: z.literal('ollama'),
    ...endpoint,
    /** Tokens of context that the server is to give the model. */
    contextTokens: z.int().min(1).exactOptional(),
  }),
  z.strictObject({ provider: z.literal('openai'), vendor: z.string(), ...endpoint }),
]);
export type BrainSpec = z.infer<typeof BrainSpec>;
export type EndpointsSpec = Extract<BrainSpec, { urls: string[] }>;

export const isEndpoints = (spec: BrainSpec): spec is EndpointsSpec => 'urls' in spec;

export const SeatSpec = z.strictObject({
  brain: BrainSpec,
  /** The fixed system prompt; '' for none. */
  system: z.string(),
  /** Whether the frame's JSON schema holds the brain while it writes. */
  constrained: z.boolean(),
});
export type SeatSpec = z.infer<typeof SeatSpec>;

export const PairSpec = z.strictObject({ planner: SeatSpec, worker: SeatSpec });
export type PairSpec = z.infer<typeof PairSpec>;
