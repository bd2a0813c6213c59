/**
 * The brain that needs no server, key or network: a GGUF checkpoint of this repository, run in process by llama.cpp.
 *
 * The same frame, schema, temperature and seed give the same text, whatever else is generating.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LlamaGrammarEvaluationState, type Token } from 'node-llama-cpp';
import {
  BRAIN_API,
  type Brain,
  type BrainDelta,
  type BrainEnd,
  BrainError,
  type BrainRequest,
} from '../../runtime/ports.ts';
import { type EmbeddedModel, openModel } from './embedded-model.ts';

export interface EmbeddedOptions {
  /** A carried checkpoint, or the path of a GGUF file that speaks ChatML. */
  checkpoint: 'tiny' | 'tiny-early' | (string & {});
}

/** Where the carried checkpoints lie; the same from `src` and from `dist`. */
export const checkpointFile = (checkpoint: string): string =>
  checkpoint === 'tiny' || checkpoint === 'tiny-early'
    ? fileURLToPath(new URL(`../../../models/${checkpoint}.gguf`, import.meta.url))
    : checkpoint;

/** @throws BrainError `unreachable` where the checkpoint cannot be loaded */
export const createEmbeddedBrain = async ({ checkpoint }: EmbeddedOptions): Promise<Brain> => {
  const model = await openModel(checkpointFile(checkpoint));
  return {
    api: BRAIN_API,
    name: basename(checkpoint, '.gguf'),
    digest: model.digest,
    simulated: false,
    stream: (request) => stream(model, request),
    dispose: () => model.dispose(),
  };
};

/** The chat so far as tokens. Texts are tokenised as plain text: what looks like a chat marker in a frame is none. */
const promptTokens = ({ llama }: EmbeddedModel, { frame, system }: BrainRequest): Token[] => {
  const marker = (text: string): Token[] => llama.tokenize(text, true);
  const message = (role: string, text: string): Token[] => [
    ...marker('<|im_start|>'),
    ...llama.tokenize(`${role}\n${text}`),
    ...marker('<|im_end|>'),
    ...llama.tokenize('\n'),
  ];
  return [
    ...(system === '' ? [] : message('system', system)),
    ...message('user', frame),
    ...marker('<|im_start|>'),
    ...llama.tokenize('assistant\n'),
  ];
};

async function* stream(model: EmbeddedModel, request: BrainRequest): AsyncGenerator<BrainDelta | BrainEnd, void> {
  const begun = performance.now();
  const { signal } = request;
  const tokensIn = promptTokens(model, request);
  let tokensOut = 0;
  let firstTokenMs = 0;
  const elapsed = (): number => Math.round(performance.now() - begun);
  const end = (finish: BrainEnd['finish']): BrainEnd => ({
    type: 'end',
    finish,
    usage: { tokensIn: tokensIn.length, tokensOut },
    firstTokenMs,
    totalMs: elapsed(),
  });

  const sequence = await model.acquire(signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw new BrainError('overloaded', `The embedded model has no context to spare: ${String(error)}`);
  });
  if (sequence === null) return yield end('aborted');
  try {
    const room = sequence.contextSize - tokensIn.length;
    if (room < 1) {
      const sizes = `${tokensIn.length} tokens, and the context holds ${sequence.contextSize}`;
      throw new BrainError('context_exceeded', `The frame takes ${sizes}.`);
    }
    const tokens = sequence.evaluate(tokensIn, await sampling(model, request));
    const text = incremental(model);
    let finish: BrainEnd['finish'] = 'stop';
    for await (const token of tokens) {
      // An aborted loop leaves through the generator's `return`, which frees its sampler.
      if (signal.aborted) break;
      tokensOut += 1;
      if (tokensOut === 1) firstTokenMs = elapsed();
      const delta = text(token);
      if (delta !== null) yield delta;
      if (tokensOut >= Math.min(room, request.maxTokens)) {
        finish = 'length';
        break;
      }
    }
    yield end(signal.aborted ? 'aborted' : finish);
  } finally {
    model.release(sequence);
  }
}

const sampling = async (model: EmbeddedModel, { schema, temperature, seed }: BrainRequest) => ({
  temperature: temperature / 1000,
  seed,
  topK: 0,
  topP: 1,
  ...(schema === null
    ? {}
    : {
        grammarEvaluationState: new LlamaGrammarEvaluationState({
          model: model.llama,
          grammar: await model.grammarFor(schema),
        }),
      }),
});

/** Tokens are bytes: one character may take several, and is held back until it is whole. */
const incremental = ({ llama }: EmbeddedModel) => {
  let held: Token[] = [];
  return (token: Token): BrainDelta | null => {
    held.push(token);
    const text = llama.detokenize(held);
    if (text.endsWith('\ufffd') && held.length < 4) return null;
    const delta: BrainDelta = { type: 'text', text, tokens: held.length };
    held = [];
    return delta;
  };
};
