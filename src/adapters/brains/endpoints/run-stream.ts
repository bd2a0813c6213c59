/** What all endpoints have in common: how a stream of theirs becomes a stream of a `Brain`. */
import {
  type BrainDelta,
  type BrainEnd,
  BrainError,
  type BrainRequest,
  type BrainUsage,
  type FinishReason,
} from '../../../runtime/ports.ts';
import type { Exchange } from './exchange.ts';
import type { Wire } from './wire.ts';

/** What an adapter reads from its client. */
export type Said =
  | { type: 'text' | 'reasoning'; text: string }
  | ({ type: 'usage' } & BrainUsage)
  | { type: 'finish'; finish: FinishReason };

/**
 * Milliseconds that a completed reply waits for its usage. Some servers never send it, and some of those do not end the
 * stream either.
 */
const USAGE_GRACE_MS = 500;

/**
 * @param source speaks with the server; throws what its client throws, or a BrainError
 * @returns each delta counted as one token, which is what most servers put in one; `end` has the server's own count, and
 *   without one: the deltas, and 0 for the tokens in
 */
export async function* runStream(
  wire: Wire,
  request: BrainRequest,
  source: (exchange: Exchange, begun: () => boolean) => AsyncIterable<Said>,
): AsyncGenerator<BrainDelta | BrainEnd, void> {
  const { signal } = request;
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  let deltas = 0;
  let firstTokenMs = 0;
  let usage: BrainUsage | undefined;
  let finish: FinishReason | undefined;
  let grace: NodeJS.Timeout | undefined;
  const exchange = wire.open(signal);
  const clean = exchange.cleaner();
  let kind: BrainDelta['type'] = 'text';
  let unsaid = 0;
  const delta = (text: string): BrainDelta[] => {
    if (text === '') return [];
    const tokens = unsaid;
    unsaid = 0;
    return [{ type: kind, text, tokens }];
  };
  const end = (how: FinishReason): BrainEnd => ({
    type: 'end',
    finish: how,
    usage: usage ?? { tokensIn: 0, tokensOut: deltas },
    firstTokenMs,
    totalMs: elapsed(),
  });
  try {
    if (signal.aborted) return yield end('aborted');
    for await (const said of source(exchange, () => deltas > 0)) {
      if (said.type === 'usage') {
        // A count of zero may be one that was left out.
        usage = { tokensIn: said.tokensIn, tokensOut: said.tokensOut === 0 ? deltas : said.tokensOut };
      } else if (said.type === 'finish') {
        finish = said.finish;
        grace ??= setTimeout(() => exchange.close(), USAGE_GRACE_MS);
      } else {
        deltas += 1;
        if (deltas === 1) firstTokenMs = elapsed();
        if (said.type !== kind) yield* delta(clean.rest());
        kind = said.type;
        unsaid += 1;
        yield* delta(clean.next(said.text));
      }
    }
    yield* delta(clean.rest());
    if (finish === undefined && !signal.aborted) {
      // Some clients end their loop silently where they were stopped; only `explain` knows of it.
      if (exchange.signal.aborted) throw exchange.explain(new Error('it was stopped'), deltas > 0);
      throw new BrainError('cut_off', `the stream from ${wire.where} ended without a finish reason`);
    }
  } catch (error) {
    yield* delta(clean.rest());
    if (!signal.aborted && finish === undefined) throw exchange.explain(error, deltas > 0);
  } finally {
    clearTimeout(grace);
    exchange.close();
  }
  yield end(signal.aborted ? 'aborted' : (finish ?? 'aborted'));
}
