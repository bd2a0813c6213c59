/**
 * One loaded model a file and process, shared by the brains that use it, with a pool of contexts to generate in.
 *
 * Each request has a context of its own rather than a sequence of a shared one: requests batched together change each other's
 * rounding, and the same seed would not always give the same text.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  getLlama,
  type Llama,
  type LlamaContextSequence,
  type LlamaGrammar,
  LlamaLogLevel,
  type LlamaModel,
} from 'node-llama-cpp';
import { BrainError } from '../../runtime/ports.ts';
import { gbnfOf } from './embedded-grammar.ts';

/** Requests that generate at the same time; more of them wait their turn. */
export const CONCURRENT = 5;
/** Tokens a request may take up, prompt and reply together. */
const CONTEXT = 512;

export interface EmbeddedModel {
  readonly digest: string;
  readonly llama: LlamaModel;
  grammarFor(schema: Record<string, unknown>): Promise<LlamaGrammar>;
  /** An empty sequence; hand it back with `release`. Rejects with the signal's reason when it aborts first. */
  acquire(signal: AbortSignal): Promise<LlamaContextSequence>;
  release(sequence: LlamaContextSequence): void;
  dispose(): Promise<void>;
}

let llama: Promise<Llama> | undefined;

/** Silent: whatever llama.cpp has to say would land on the terminal that the console draws on. */
const sharedLlama = (): Promise<Llama> => {
  llama ??= getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.disabled,
    logger: () => {},
  });
  return llama;
};

const open = new Map<string, { users: number; model: Promise<EmbeddedModel> }>();

/** @throws BrainError `unreachable` where the file or the native library cannot be loaded */
export const openModel = async (file: string): Promise<EmbeddedModel> => {
  const entry = open.get(file) ?? { users: 0, model: load(file) };
  open.set(file, entry);
  entry.users += 1;
  try {
    const model = await entry.model;
    let disposed = false;
    return {
      ...model,
      async dispose() {
        if (disposed) return;
        disposed = true;
        entry.users -= 1;
        if (entry.users > 0) return;
        open.delete(file);
        await model.dispose();
      },
    };
  } catch (error) {
    open.delete(file);
    const why = error instanceof Error ? error.message : String(error);
    throw new BrainError('unreachable', `The embedded model ${file} cannot be loaded: ${why}`);
  }
};

const load = async (file: string): Promise<EmbeddedModel> => {
  const digest = `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  const model = await (await sharedLlama()).loadModel({ modelPath: file, gpuLayers: 0 });
  const grammars = new Map<string, Promise<LlamaGrammar>>();
  const free: LlamaContextSequence[] = [];
  const waiting: ((sequence: LlamaContextSequence) => void)[] = [];
  let made = 0;

  const create = async (): Promise<LlamaContextSequence> => {
    made += 1;
    try {
      const contextSize = Math.min(CONTEXT, model.trainContextSize);
      const context = await model.createContext({ contextSize, threads: 1, ignoreMemorySafetyChecks: true });
      return context.getSequence();
    } catch (error) {
      made -= 1;
      throw error;
    }
  };

  return {
    digest,
    llama: model,
    grammarFor(schema) {
      const text = gbnfOf(schema);
      let grammar = grammars.get(text);
      if (grammar === undefined) {
        grammar = model.llama.createGrammar({ grammar: text });
        grammars.set(text, grammar);
      }
      return grammar;
    },
    async acquire(signal) {
      signal.throwIfAborted();
      const sequence = free.pop() ?? (made < CONCURRENT ? await create() : await turn(waiting, signal));
      await sequence.clearHistory();
      return sequence;
    },
    release(sequence) {
      const next = waiting.shift();
      if (next === undefined) free.push(sequence);
      else next(sequence);
    },
    dispose: () => model.dispose(),
  };
};

const turn = (
  waiting: ((sequence: LlamaContextSequence) => void)[],
  signal: AbortSignal,
): Promise<LlamaContextSequence> =>
  new Promise((resolve, reject) => {
    const take = (sequence: LlamaContextSequence): void => {
      signal.removeEventListener('abort', leave);
      resolve(sequence);
    };
    const leave = (): void => {
      waiting.splice(waiting.indexOf(take), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.push(take);
  });
