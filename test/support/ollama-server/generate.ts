/** One generation: prompt in, pieces of text out, until it is done, has no more room, or is told to stop. */
import { type LlamaGrammar, LlamaGrammarEvaluationState, type LlamaModel, type Token } from 'node-llama-cpp';
import { gbnfOf } from '../../../src/adapters/brains/embedded-grammar.ts';
import type { Behind } from './models.ts';
import { type ChatRequest, type Options, Refusal } from './request.ts';

/** Defaults of the real server. */
const DEFAULTS = { temperature: 0.8, top_k: 40, top_p: 0.9, min_p: 0 };
/** Far more than the model was trained on: what it says does not matter, as long as it goes on. */
const ENDLESS_TOKENS = 16_384;

export type ChatMessage = NonNullable<ChatRequest['messages']>[number];
/** Messages, or text that is taken as it is. */
export type Prompt = readonly ChatMessage[] | string;

export interface Wanted {
  prompt: Prompt;
  options: Options;
  format: ChatRequest['format'];
  thinks: boolean;
  /** Whether what does not fit loses its beginning; else it is refused. */
  truncate: boolean;
}

/** Counted as it goes on, so that whoever breaks off knows how far it came. */
export interface Counts {
  tokensIn: number;
  tokensOut: number;
  promptMs: number;
  evalMs: number;
  reason: 'stop' | 'length';
}

const tokensOf = (model: LlamaModel, prompt: Prompt): Token[] => {
  if (typeof prompt === 'string') return model.tokenize(prompt, true);
  const marker = (text: string): Token[] => model.tokenize(text, true);
  return [
    ...prompt.flatMap(({ role, content }) => [
      ...marker('<|im_start|>'),
      ...model.tokenize(`${role}\n${content ?? ''}`),
      ...marker('<|im_end|>'),
      ...model.tokenize('\n'),
    ]),
    ...marker('<|im_start|>'),
    ...model.tokenize('assistant\n'),
  ];
};

/** The model was not trained to think: a grammar makes it write a block of thoughts, token by token, and then what is asked for. */
const THOUGHTS = 'thoughts ::= "<think>" [a-z0-9 ]{24} "</think>"';
const ANY = 'answer ::= [^\\x00]*';

/** Never complete, and so never at its end. */
const ENDLESS = 'root ::= [ -~] root';

const grammarOf = async (
  model: LlamaModel,
  { endless }: Behind,
  { format, thinks }: Wanted,
): Promise<LlamaGrammar | undefined> => {
  if (endless === true) return model.llama.createGrammar({ grammar: ENDLESS });
  if (!format && !thinks) return undefined;
  const answer = await answerGrammar(model, format);
  const rules = answer.replace(/^root ::=/m, 'answer ::=');
  const whole = thinks ? ['root ::= thoughts answer', THOUGHTS, rules].join('\n') : answer;
  return model.llama.createGrammar({ grammar: whole });
};

const answerGrammar = async ({ llama }: LlamaModel, format: Wanted['format']): Promise<string> => {
  if (!format) return ANY;
  if (format === 'json') return (await llama.getGrammarFor('json')).grammar.replace(/^root\s+::=/m, 'root ::=');
  try {
    return gbnfOf(format);
  } catch {
    throw new Refusal(400, 'invalid JSON schema in format');
  }
};

/** @throws Refusal before the first piece; an abort ends it */
export async function* generate(
  model: LlamaModel,
  behind: Behind,
  wanted: Wanted,
  counts: Counts,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { options, truncate } = wanted;
  const grammar = await grammarOf(model, behind, wanted);
  const most = behind.endless === true ? ENDLESS_TOKENS : model.trainContextSize;
  const contextSize = Math.min(options.num_ctx ?? most, most);
  const whole = tokensOf(model, wanted.prompt);
  if (whole.length >= contextSize && !truncate) {
    throw new Refusal(400, 'the input length exceeds the context length');
  }
  const prompt = whole.slice(-contextSize + 1);
  counts.tokensIn = prompt.length;
  const room = contextSize - prompt.length;
  const limit = (options.num_predict ?? -1) > 0 ? Math.min(room, options.num_predict ?? room) : room;
  const context = await model.createContext({ contextSize, threads: 1, ignoreMemorySafetyChecks: true });
  const begun = performance.now();
  try {
    const tokens = context.getSequence().evaluate(prompt, {
      temperature: options.temperature ?? DEFAULTS.temperature,
      topK: options.top_k ?? DEFAULTS.top_k,
      topP: options.top_p ?? DEFAULTS.top_p,
      minP: options.min_p ?? DEFAULTS.min_p,
      ...(typeof options.seed === 'number' && options.seed >= 0 ? { seed: options.seed } : {}),
      ...(grammar ? { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) } : {}),
    });
    let held: Token[] = [];
    for await (const token of tokens) {
      if (signal.aborted) return;
      if (counts.tokensOut === 0) counts.promptMs = performance.now() - begun;
      counts.tokensOut += 1;
      if (counts.tokensOut === behind.breaksAfter) {
        throw new Error('an error was encountered while running the model: unexpected EOF');
      }
      held.push(token);
      const text = model.detokenize(held);
      // A character may take several tokens.
      if (!text.endsWith('\ufffd') || held.length >= 4) {
        held = [];
        yield text;
      }
      if (counts.tokensOut >= limit) {
        counts.reason = 'length';
        return;
      }
    }
  } finally {
    counts.evalMs = performance.now() - begun - counts.promptMs;
    await context.dispose();
  }
}
