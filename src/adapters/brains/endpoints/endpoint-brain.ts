/** A brain behind an address, and how to look whether it is there. */
import { type Brain, BrainError } from '../../../runtime/ports.ts';
import type { Exchange } from './exchange.ts';
import type { Wire } from './wire.ts';

export interface EndpointOptions {
  /** As the server calls it. */
  model: string;
  /** Base URL; default: the vendor's. */
  baseUrl?: string;
  /** Name of the environment variable with the key; null for none; default: the vendor's. */
  keyEnv?: string | null;
  /** Thinking switched on or off; default: as the model has it. */
  thinking?: 'on' | 'off';
  /** Milliseconds without a byte after which a request has timed out; default 90,000. */
  silenceMs?: number;
}

export const SILENCE_MS = 90_000;
/** Milliseconds in which a list of models has to come. */
const LIST_MS = 5000;

export interface ModelInfo {
  /** As requests name it. */
  name: string;
  /** Of its weights; where the server tells. */
  digest?: string;
}

export type Probe =
  | { ok: true; where: string; latencyMs: number; models: ModelInfo[]; hasModel: boolean }
  | { ok: false; where: string; latencyMs: number; error: BrainError };

export interface EndpointBrain extends Brain {
  /** @throws BrainError */
  listModels(signal?: AbortSignal): Promise<ModelInfo[]>;
  /** Whether the endpoint answers and has the model; never throws. */
  probe(): Promise<Probe>;
}

/**
 * @param signal of a request that wants to know
 * @throws BrainError, `timed_out` after 5 s
 */
export const listed = async (
  wire: Wire,
  list: (exchange: Exchange) => Promise<ModelInfo[]>,
  signal?: AbortSignal,
): Promise<ModelInfo[]> => {
  const limit = AbortSignal.timeout(LIST_MS);
  const exchange = wire.open(signal === undefined ? limit : AbortSignal.any([limit, signal]));
  try {
    return await list(exchange);
  } catch (error) {
    if (limit.aborted) throw new BrainError('timed_out', `${wire.where} did not list its models within ${LIST_MS} ms`);
    throw exchange.explain(error, false);
  } finally {
    exchange.close();
  }
};

export const probed = async (where: string, model: string, listModels: () => Promise<ModelInfo[]>): Promise<Probe> => {
  const startedAt = performance.now();
  const latency = (): number => Math.round(performance.now() - startedAt);
  try {
    const models = await listModels();
    return { ok: true, where, latencyMs: latency(), models, hasModel: models.some(({ name }) => name === model) };
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    return { ok: false, where, latencyMs: latency(), error };
  }
};

const NAMED_MODELS = 8;

/** What an exchange failed with; where the model is not there, told with those that are: vendors rename theirs. */
export const withModels = async (
  error: BrainError,
  { refusedWith, signal }: Exchange,
  model: string,
  listModels: (signal: AbortSignal) => Promise<ModelInfo[]>,
): Promise<BrainError> => {
  if (refusedWith !== 404) return error;
  const models = await listModels(signal).catch((): ModelInfo[] => []);
  if (models.length === 0 || models.some(({ name }) => name === model)) return error;
  const names = models.slice(0, NAMED_MODELS).map(({ name }) => name);
  const more = models.length > names.length ? ` and ${models.length - names.length} more` : '';
  return new BrainError(error.code, `${error.message}; it has ${names.join(', ')}${more}`);
};
