/** Lets something happen at once, and then at most once an interval; the last call is never lost. */

export interface Clock {
  now(): number;
  /** Calls back once; the answer cancels. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export interface Pacer {
  request(): void;
  /** Does at once what is still due. */
  flush(): void;
  stop(): void;
}

export const createPacer = (act: () => void, intervalMs: number, clock: Clock = systemClock): Pacer => {
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;
  const run = (): void => {
    cancel = null;
    last = clock.now();
    act();
  };
  return {
    request: () => {
      if (cancel !== null) return;
      const wait = last + intervalMs - clock.now();
      if (wait <= 0) run();
      else cancel = clock.after(wait, run);
    },
    flush: () => {
      if (cancel === null) return;
      cancel();
      run();
    },
    stop: () => {
      cancel?.();
      cancel = null;
    },
  };
};
