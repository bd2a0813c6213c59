/** A brain that is slow for a while: with its first token, or with all of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttachedFault } from '../../kernel/records/events.ts';
import type { Brain, BrainDelta, BrainEnd, BrainRequest } from '../../runtime/ports.ts';

/** Milliseconds that a `brain.slow_first` adds before the first token. */
export const FIRST_MS = 3000;
/** Milliseconds that a `brain.slow` adds to each token. */
export const TOKEN_MS = 50;

/** Simulated brains only say that it took longer: their time is virtual, and nobody waits for it. */
export async function* slowed(
  brain: Brain,
  request: BrainRequest,
  { id, fault }: AttachedFault,
): AsyncGenerator<BrainDelta | BrainEnd> {
  const { signal } = request;
  // Should the deadline pass meanwhile, it is known why.
  yield { type: 'text', text: '', tokens: 0, applied: id };
  let [first, added] = [0, 0];
  const wait = async (ms: number): Promise<void> => {
    added += ms;
    if (!brain.simulated) await sleep(ms, undefined, { signal }).catch(() => {});
  };
  if (fault === 'brain.slow_first') await wait(FIRST_MS);
  for await (const item of brain.stream(request)) {
    if (item.type === 'end') {
      return yield {
        ...item,
        firstTokenMs: item.firstTokenMs + (first || added),
        totalMs: item.totalMs + added,
        applied: id,
      };
    }
    if (fault === 'brain.slow') await wait(TOKEN_MS * item.tokens);
    first ||= added;
    yield item;
  }
}
