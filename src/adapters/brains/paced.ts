import { safeCut } from '../../kernel/text.ts';
import { type Brain, type BrainDelta, type BrainEnd, BrainError, type BrainRequest } from '../../runtime/ports.ts';

type Item = BrainDelta | BrainEnd;

/**
 * Releases a brain's stream no faster than one token every `msPerToken` milliseconds, for people to read along.
 *
 * The brain is read as fast as it writes, never held back by the reader, so that its `end` keeps its own figures: latencies are
 * the model's, pacing is in none of them. An abort ends the wait at once; the tokens then told are those released.
 * @param pace milliseconds, asked for each token; where a stream begins at `max` it is left alone to its end
 */
export const paced = (brain: Brain, pace: () => number | 'max'): Brain => ({
  api: brain.api,
  name: brain.name,
  digest: brain.digest,
  simulated: brain.simulated,
  stream: (request) => (pace() === 'max' ? brain.stream(request) : release(brain, request, pace)),
  dispose: () => brain.dispose(),
});

async function* release(brain: Brain, request: BrainRequest, pace: () => number | 'max'): AsyncGenerator<Item> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const inbox = new Inbox(brain.stream({ ...request, signal }), signal);
  let due = 0;
  let tokens = 0;
  try {
    for (let item = await inbox.next(); item !== 'aborted'; item = await inbox.next()) {
      if (item.type === 'end') return yield item;
      for (const piece of split(item)) {
        await sleep(due - performance.now(), signal);
        if (signal.aborted) break;
        const ms = pace();
        due = performance.now() + (ms === 'max' ? 0 : ms);
        tokens += piece.tokens;
        yield piece;
      }
    }
    yield { type: 'end', finish: 'aborted', usage: { tokensIn: 0, tokensOut: tokens }, firstTokenMs: 0, totalMs: 0 };
  } finally {
    // The reader may have left early; the brain must not go on for nobody.
    stop.abort();
  }
}

/** Reads a stream to its end, whether or not anyone takes its items. */
class Inbox {
  readonly #items: Item[] = [];
  readonly #signal: AbortSignal;
  #failure: { error: unknown } | undefined;
  #wake = (): void => {};

  constructor(source: AsyncIterable<Item>, signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    void this.#drain(source);
  }

  /** The next item; `aborted` as soon as the signal is, whatever waits. Throws what the source threw, after its items. */
  async next(): Promise<Item | 'aborted'> {
    for (;;) {
      if (this.#signal.aborted) return 'aborted';
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #drain(source: AsyncIterable<Item>): Promise<void> {
    try {
      for await (const item of source) {
        this.#items.push(item);
        this.#wake();
      }
      this.#failure = { error: new BrainError('cut_off', 'the stream ended without a finish reason') };
    } catch (error) {
      this.#failure = { error };
    }
    this.#wake();
  }
}

/** One piece a token, as evenly as the text divides; a delta of at most one token stays whole. */
const split = (delta: BrainDelta): BrainDelta[] => {
  const count = Math.min(delta.tokens, delta.text.length);
  if (count <= 1) return [delta];
  const pieces: BrainDelta[] = [];
  let start = 0;
  for (let i = 1; i <= count; i++) {
    const end = safeCut(delta.text, Math.round((delta.text.length * i) / count));
    const tokens = i === count ? delta.tokens - (count - 1) : 1;
    pieces.push({ type: delta.type, text: delta.text.slice(start, end), tokens });
    start = end;
  }
  return pieces;
};

const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
};
