import { draw } from '../../kernel/digest.ts';
import type { AttachedFault } from '../../kernel/records/events.ts';
import { clip } from '../../kernel/text.ts';
import { type Brain, type BrainDelta, type BrainEnd, BrainError, type BrainRequest } from '../../runtime/ports.ts';

/** A cut comes after 1 to this many characters: within most replies. One that is over sooner is cut at its end. */
const CUT_WITHIN = 120;

/**
 * Applies `brain.cut` to requests that carry it: the text ends after a number of characters drawn from the request's seed,
 * generation is aborted, and the stream throws `cut_off` with the fault's id as applied. A brain's own error passes as it is.
 */
export const faultyBrain = (brain: Brain): Brain => ({
  api: brain.api,
  name: brain.name,
  digest: brain.digest,
  simulated: brain.simulated,
  stream: (request) =>
    request.fault?.fault === 'brain.cut' ? cut(brain, request, request.fault) : brain.stream(request),
  dispose: () => brain.dispose(),
});

async function* cut(
  brain: Brain,
  { fault: _, ...request }: BrainRequest,
  fault: AttachedFault,
): AsyncGenerator<BrainDelta | BrainEnd> {
  let left = 1 + (draw(request.seed, 'chaos.cut', 0, 0, 0) % CUT_WITHIN);
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  try {
    for await (const item of brain.stream({ ...request, signal })) {
      // Called off from outside before the fault could strike.
      if (item.type === 'end' && item.finish === 'aborted') return yield item;
      if (item.type === 'end') break;
      const text = item.type === 'text' ? clip(item.text, left) : item.text;
      if (item.type === 'text') left -= item.text.length;
      if (text !== '') yield { ...item, text };
      if (left <= 0) break;
    }
  } finally {
    stop.abort();
  }
  throw new BrainError('cut_off', 'the stream was cut by a fault', { applied: fault.id });
}
