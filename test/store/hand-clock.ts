import type { Clock } from '../../src/store/pacer.ts';

/** A clock that stands until it is moved; what is due meanwhile is called in its order. */
export const handClock = () => {
  let now = 0;
  let due: { at: number; call: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after: (ms, call) => {
      const entry = { at: now + ms, call };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
  };
  const move = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const next = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      due = due.filter((entry) => entry !== next);
      now = Math.max(now, next.at);
      next.call();
    }
    now = end;
  };
  return { clock, move, waiting: () => due.length };
};
