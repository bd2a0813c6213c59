/** Brains behind any server of the OpenAI protocol: vendors, vLLM, llama-server. */
import OpenAI, { APIError } from 'openai';
import { BRAIN_API, BrainError, type BrainRequest } from '../../../runtime/ports.ts';
import {
  type EndpointBrain,
  type EndpointOptions,
  listed,
  type ModelInfo,
  probed,
  SILENCE_MS,
  withModels,
} from './endpoint-brain.ts';
import type { Exchange } from './exchange.ts';
import { readChunk } from './openai-chunk.ts';
import { openAiBody } from './openai-request.ts';
import { runStream, type Said } from './run-stream.ts';
import { VENDORS, type Vendor, type VendorName } from './vendors.ts';
import { Wire } from './wire.ts';

export interface OpenAiOptions extends EndpointOptions {
  vendor: VendorName;
}

/** @throws BrainError where the options name no place, or ask for a switch that the vendor does not have */
export const createOpenAiBrain = (options: OpenAiOptions): EndpointBrain => {
  const vendor: Vendor = VENDORS[options.vendor];
  const { model, thinking } = options;
  const baseUrl = options.baseUrl ?? vendor.baseUrl;
  if (baseUrl === null) throw new BrainError('unreachable', `${options.vendor} has no address of its own: give one`);
  if (thinking !== undefined && vendor.thinking === null) {
    throw new BrainError('refused', `thinking cannot be switched ${thinking} at ${options.vendor}`);
  }
  const keyEnv = options.keyEnv === undefined ? vendor.keyEnv : options.keyEnv;
  const { keyHint, modelPrefix } = vendor;
  const wire = new Wire({ baseUrl, keyEnv, keyHint, silenceMs: options.silenceMs ?? SILENCE_MS });

  const listModels = (signal?: AbortSignal) =>
    listed(
      wire,
      async (exchange) => {
        const models: ModelInfo[] = [];
        for await (const { id } of client(wire, exchange).models.list({ signal: exchange.signal })) {
          models.push({ name: id.startsWith(modelPrefix) ? id.slice(modelPrefix.length) : id });
        }
        return models;
      },
      signal,
    );
  const say = (request: BrainRequest) =>
    async function* (exchange: Exchange, begun: () => boolean): AsyncGenerator<Said> {
      try {
        const body = openAiBody(vendor, model, thinking, request);
        const chunks = await client(wire, exchange).chat.completions.create(body, { signal: exchange.signal });
        for await (const chunk of chunks) yield* readChunk(vendor, wire.where, chunk);
      } catch (error) {
        // Without a status, but with what the server said: it came in mid-stream.
        if (error instanceof APIError && error.error !== undefined) throw exchange.refusal(error.error, begun());
        throw await withModels(exchange.explain(error, begun()), exchange, model, listModels);
      }
    };
  return {
    api: BRAIN_API,
    name: model,
    digest: `${options.vendor}/${model}`,
    simulated: false,
    stream: (request) => runStream(wire, request, say(request)),
    listModels,
    probe: () => probed(wire.where, model, () => listModels()),
    dispose: async () => wire.dispose(),
  };
};

/**
 * The client, with everything that it would take from the environment taken away, and its own retries: what is retried is
 * decided once, above. The key is the wire's.
 */
const client = ({ baseUrl }: Wire, { fetch }: Exchange): OpenAI =>
  new OpenAI({
    baseURL: baseUrl,
    fetch,
    apiKey: 'sent by the wire',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    // The wire watches for silence.
    timeout: 2 ** 31 - 1,
    logLevel: 'off',
  });
