import { draw } from '../../kernel/digest.ts';
import type { AttachedFault } from '../../kernel/records/events.ts';
import { clip } from '../../kernel/text.ts';
import { type Brain, type BrainDelta, type BrainEnd, BrainError, type BrainRequest } from '../../runtime/ports.ts';

import { slowed } from './slow-brain.ts';
import { isSpoilt, spoilt } from './spoilt-reply.ts';

/** A cut comes after 1 to this many characters: within most replies. One that is over sooner is cut at its end. */
const CUT_WITHIN = 120;

/**
 * Applies the faults of brains to the requests that carry them. What was applied says so; a brain's own error passes as it is,
 * and an unreachable one is not even asked.
 */
export const faultyBrain = (brain: Brain): Brain => ({
  api: brain.api,
  name: brain.name,
  digest: brain.digest,
  simulated: brain.simulated,
  stream: ({ fault, ...request }) => (fault === undefined ? brain.stream(request) : faulty(brain, request, fault)),
  dispose: () => brain.dispose(),
});

const faulty = (brain: Brain, request: BrainRequest, attached: AttachedFault): AsyncIterable<BrainDelta | BrainEnd> => {
  const { fault } = attached;
  if (isSpoilt(fault)) return spoilt(brain, request, attached, fault);
  switch (fault) {
    case 'brain.cut':
      return cut(brain, request, attached);
    case 'brain.unreachable':
      return unreachable(attached);
    case 'brain.slow_first':
    case 'brain.slow':
      return slowed(brain, request, attached);
    default:
      return brain.stream(request);
  }
};

// biome-ignore lint/correctness/useYield: it is a stream that never begins
async function* unreachable({ id }: AttachedFault): AsyncGenerator<BrainDelta | BrainEnd> {
  throw new BrainError('unreachable', 'the endpoint was taken away by a fault', { applied: id });
}

/** The text ends after a number of characters drawn from the request's seed, and generation is aborted. */
async function* cut(brain: Brain, request: BrainRequest, fault: AttachedFault): AsyncGenerator<BrainDelta | BrainEnd> {
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
