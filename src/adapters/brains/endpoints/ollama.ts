/** Brains behind Ollama's own protocol, on any host. */
import { type ChatRequest, Ollama } from 'ollama';
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
import { wholeLines } from './json-lines.ts';
import { runStream, type Said } from './run-stream.ts';
import { plainSchema } from './schema.ts';
import { CUT_SHORT, OLLAMA } from './vendors.ts';
import { Wire } from './wire.ts';

export interface OllamaOptions extends EndpointOptions {
  /** Tokens of context that the server is to give the model; default: the server's, which may be less than a frame. */
  contextTokens?: number;
}

/**
 * Asks the server for the model's digest; one that cannot be reached now may be there later, and the model's name stands
 * in for its digest.
 * @throws BrainError where the options name no place
 */
export const createOllamaBrain = async (options: OllamaOptions): Promise<EndpointBrain> => {
  const { model } = options;
  const { baseUrl = OLLAMA.baseUrl, keyEnv = OLLAMA.keyEnv, silenceMs = SILENCE_MS } = options;
  const wire = new Wire({ baseUrl, keyEnv, keyHint: OLLAMA.keyHint, silenceMs });
  const listModels = (signal?: AbortSignal) =>
    listed(
      wire,
      async (exchange) => {
        const { models } = await client(wire, exchange.fetch).list();
        return (models ?? []).map(({ name, digest }): ModelInfo => ({ name, ...(digest ? { digest } : {}) }));
      },
      signal,
    );
  const known = await listModels().catch((error: unknown) => {
    if (error instanceof BrainError) return [];
    throw error;
  });
  return {
    api: BRAIN_API,
    name: model,
    digest: known.find(({ name }) => isModel(name, model))?.digest ?? model,
    simulated: false,
    stream: (request) => runStream(wire, request, say(wire, options, request, listModels)),
    listModels,
    probe: async () => {
      const probe = await probed(wire.where, model, () => listModels());
      return probe.ok ? { ...probe, hasModel: probe.models.some(({ name }) => isModel(name, model)) } : probe;
    },
    dispose: async () => wire.dispose(),
  };
};

/** A name without a tag means `latest`. */
const isModel = (name: string, asked: string): boolean => name === (asked.includes(':') ? asked : `${asked}:latest`);

const say = (wire: Wire, options: OllamaOptions, request: BrainRequest, listModels: EndpointBrain['listModels']) =>
  async function* (exchange: Exchange, begun: () => boolean): AsyncGenerator<Said> {
    try {
      const parts = await client(wire, wholeLines(exchange.fetch)).chat({
        ...chatRequest(options, request),
        stream: true,
      });
      for await (const { message, done, done_reason, prompt_eval_count, eval_count } of parts) {
        if (message?.thinking) yield { type: 'reasoning', text: message.thinking };
        if (message?.content) yield { type: 'text', text: message.content };
        if (!done) continue;
        // Counts of zero are left out.
        yield { type: 'usage', tokensIn: prompt_eval_count ?? 0, tokensOut: eval_count ?? 0 };
        yield { type: 'finish', finish: CUT_SHORT.has(done_reason) ? 'length' : 'stop' };
      }
    } catch (error) {
      throw await withModels(told(error, exchange, begun()), exchange, options.model, listModels);
    }
  };

/** The client throws errors of the stream as plain ones, with the server's words or with its own. */
const told = (error: unknown, exchange: Exchange, begun: boolean): BrainError => {
  const plain = error instanceof Error && Object.getPrototypeOf(error) === Error.prototype && error.cause === undefined;
  if (!plain || exchange.signal.aborted) return exchange.explain(error, begun);
  if (!/^Did not receive done/.test(error.message)) return exchange.refusal(error.message, begun);
  return exchange.explain(new BrainError('cut_off', 'the stream ended without a finish reason'), begun);
};

const chatRequest = ({ model, thinking, contextTokens }: OllamaOptions, request: BrainRequest): ChatRequest => {
  const { frame, system, schema, temperature, seed, maxTokens } = request;
  return {
    model,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content: frame }],
    ...(schema === null ? {} : { format: plainSchema(schema) }),
    ...(thinking === undefined ? {} : { think: thinking === 'on' }),
    options: {
      temperature: temperature / 1000,
      seed,
      num_predict: maxTokens,
      ...(contextTokens === undefined ? {} : { num_ctx: contextTokens }),
    },
    // Else it drops the beginning of a frame that is too long, and says nothing.
    ...{ truncate: false, shift: false },
  };
};

/** One client an exchange: its own abort does nothing before the headers, so the wire's has to. */
const client = ({ baseUrl }: Wire, send: typeof fetch): Ollama => new Ollama({ host: baseUrl, fetch: send });
