/** Brains for tests, and what came out of a stream. */
import { BRAIN_API, type Brain, type BrainDelta, type BrainEnd, type BrainRequest } from '../../src/runtime/ports.ts';

export const ask = (more: Partial<BrainRequest> = {}): BrainRequest => ({
  frame: '',
  system: '',
  schema: null,
  temperature: 0,
  seed: 1,
  maxTokens: 1024,
  signal: new AbortController().signal,
  ...more,
});

export interface Collected {
  deltas: BrainDelta[];
  text: string;
  end?: BrainEnd;
  error?: unknown;
}

export const collect = async (stream: AsyncIterable<BrainDelta | BrainEnd>): Promise<Collected> => {
  const found: Collected = { deltas: [], text: '' };
  try {
    for await (const item of stream) {
      if (item.type === 'end') found.end = item;
      else found.deltas.push(item);
      if (item.type === 'text') found.text += item.text;
    }
  } catch (error) {
    found.error = error;
  }
  return found;
};

export const END: BrainEnd = {
  type: 'end',
  finish: 'stop',
  usage: { tokensIn: 7, tokensOut: 9 },
  firstTokenMs: 3,
  totalMs: 5,
};

/** Says its items, heeds an abort between them, and counts how many were taken. */
export class ScriptedBrain implements Brain {
  readonly api = BRAIN_API;
  readonly name = 'script';
  readonly digest = 'd';
  readonly simulated = false;
  taken = 0;
  disposed = false;
  requests: BrainRequest[] = [];
  readonly #items: readonly (BrainDelta | BrainEnd | Error)[];

  constructor(items: readonly (BrainDelta | BrainEnd | Error)[]) {
    this.#items = items;
  }

  async *stream(request: BrainRequest): AsyncGenerator<BrainDelta | BrainEnd> {
    this.requests.push(request);
    for (const item of this.#items) {
      if (request.signal.aborted) return yield { ...END, finish: 'aborted' };
      this.taken += 1;
      if (item instanceof Error) throw item;
      yield item;
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

export const said = (text: string, tokens = 1): BrainDelta => ({ type: 'text', text, tokens });
