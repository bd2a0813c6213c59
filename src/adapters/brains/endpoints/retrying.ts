/** Short second tries, for troubles that are over in a moment: a connection that was idle too long, a server that restarts. */
import { type Brain, type BrainDelta, type BrainEnd, BrainError, type BrainRequest } from '../../../runtime/ports.ts';

const RETRIES = 2;
const FIRST_MS = 250;
/** Milliseconds of waiting in all. What takes longer is the kernel's to wait for, where people see it and the journal has it. */
const BUDGET_MS = 2000;

const PASSING: readonly string[] = ['unreachable', 'overloaded', 'rate_limited'];

/**
 * Tries a request again while nothing of a reply has come, at most twice, after about 250 and 500 ms or what the server asks
 * for. One that asks for more than the two seconds that are left is not tried again: its error says how long it asks for.
 *
 * Goes outermost, around all endpoints of a role, so that nothing is tried again twice. Latencies include the waiting.
 */
export const retrying = (brain: Brain): Brain => ({
  api: brain.api,
  name: brain.name,
  digest: brain.digest,
  simulated: brain.simulated,
  stream: (request) => attempts(brain, request),
  dispose: () => brain.dispose(),
});

async function* attempts(brain: Brain, request: BrainRequest): AsyncGenerator<BrainDelta | BrainEnd, void> {
  const startedAt = performance.now();
  let waited = 0;
  for (let attempt = 0; ; attempt += 1) {
    const lostMs = attempt === 0 ? 0 : Math.round(performance.now() - startedAt);
    let begun = false;
    try {
      for await (const item of brain.stream(request)) {
        begun = true;
        yield item.type === 'end' ? later(item, lostMs) : item;
      }
      return;
    } catch (error) {
      if (begun || attempt === RETRIES || !(error instanceof BrainError) || !PASSING.includes(error.code)) throw error;
      // Workers that were turned away together come back apart; their seeds differ.
      const backoff = FIRST_MS * 2 ** attempt * (0.75 + (request.seed % 512) / 1024);
      const waitMs = Math.max(backoff, error.retryAfterMs ?? 0);
      if (waited + waitMs > BUDGET_MS) throw error;
      waited += waitMs;
      await pause(waitMs, request.signal);
    }
  }
}

const later = (end: BrainEnd, ms: number): BrainEnd => ({
  ...end,
  firstTokenMs: end.firstTokenMs === 0 ? 0 : end.firstTokenMs + ms,
  totalMs: end.totalMs + ms,
});

/** Ends early on an abort: the brain then says the rest. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
