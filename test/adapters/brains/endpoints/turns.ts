/** A brain that does something else at each request. */
import {
  BRAIN_API,
  type Brain,
  type BrainDelta,
  type BrainEnd,
  BrainError,
  type BrainRequest,
} from '../../../../src/runtime/ports.ts';
import { END, said } from '../../streams.ts';

export type Turn = (request: BrainRequest) => AsyncIterable<BrainDelta | BrainEnd>;

export interface TurnBrain extends Brain {
  /** Requests so far. */
  readonly asked: number;
}

/** @param turns what is done at each request; the last one at all that follow */
export const turnBrain = (name: string, ...turns: [Turn, ...Turn[]]): TurnBrain => {
  let asked = 0;
  return {
    api: BRAIN_API,
    name,
    digest: `digest of ${name}`,
    simulated: false,
    get asked() {
      return asked;
    },
    stream: (request) => {
      const turn = turns[Math.min(asked, turns.length - 1)] as Turn;
      asked += 1;
      return turn(request);
    },
    dispose: async () => {},
  };
};

export const replies = (text: string): Turn =>
  async function* () {
    yield said(text);
    yield END;
  };

export const fails = (code: BrainError['code'], retryAfterMs?: number, first?: string): Turn =>
  async function* () {
    if (first !== undefined) yield said(first);
    throw new BrainError(code, `it is ${code}`, retryAfterMs === undefined ? {} : { retryAfterMs });
  };

/** Goes on until it is aborted. */
export const hangs: Turn = async function* ({ signal }) {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  yield { ...END, finish: 'aborted' };
};
