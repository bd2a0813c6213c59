/** Several endpoints for one role. */
import type { BrainErrorCode } from '../../../kernel/records/common.ts';
import {
  BRAIN_API,
  type Brain,
  type BrainDelta,
  type BrainEnd,
  BrainError,
  type BrainRequest,
} from '../../../runtime/ports.ts';
import { Circuit } from './circuit.ts';

/** What another endpoint may do better, as long as nothing of a reply has come. */
const ELSEWHERE: readonly BrainErrorCode[] = ['unreachable', 'unauthorized', 'rate_limited', 'overloaded', 'timed_out'];
/** What speaks against an endpoint. The rest is the model's, and would be the same at any. */
const AGAINST: readonly BrainErrorCode[] = [...ELSEWHERE, 'cut_off'];
const AT_ONCE: readonly BrainErrorCode[] = ['unauthorized', 'rate_limited'];

interface Member {
  brain: Brain;
  circuit: Circuit;
  inFlight: number;
}

/**
 * Gives each request to the endpoint with the fewest in flight, in turn where they are equal, and to the next one if that
 * cannot serve it and has said nothing yet. Each has a circuit breaker. Where none is left, the error of the last one counts,
 * with the time until the first of them may be asked again.
 * @param brains at least one; they should be the same model
 * @param now for tests: milliseconds of a clock that never jumps
 */
export const createBalancedBrain = (brains: readonly [Brain, ...Brain[]], now?: () => number): Brain => {
  const members = brains.map((brain): Member => ({ brain, circuit: new Circuit(now), inFlight: 0 }));
  let turn = 0;
  const next = (tried: ReadonlySet<Member>): Member | undefined => {
    const order = members.map((_, i) => members[(turn + i) % members.length] as Member);
    const free = order.filter((member) => !tried.has(member) && member.circuit.waitMs === 0);
    turn += 1;
    return free.reduce<Member | undefined>(
      (best, one) => (best && best.inFlight <= one.inFlight ? best : one),
      undefined,
    );
  };
  return {
    api: BRAIN_API,
    name: [...new Set(brains.map(({ name }) => name))].join(' | '),
    digest: [...new Set(brains.map(({ digest }) => digest))].join(' | '),
    simulated: brains.some(({ simulated }) => simulated),
    stream: (request) => balance(members, next, request),
    dispose: async () => {
      await Promise.all(brains.map((brain) => brain.dispose()));
    },
  };
};

async function* balance(
  members: readonly Member[],
  next: (tried: ReadonlySet<Member>) => Member | undefined,
  request: BrainRequest,
): AsyncGenerator<BrainDelta | BrainEnd, void> {
  const tried = new Set<Member>();
  let last: BrainError | undefined;
  for (let member = next(tried); member !== undefined; member = next(tried)) {
    tried.add(member);
    try {
      return yield* ask(member, request);
    } catch (error) {
      if (!(error instanceof Elsewhere)) throw error;
      last = error.why;
    }
  }
  const waitMs = Math.min(...members.map(({ circuit }) => circuit.waitMs));
  const { code, message } = last ?? new BrainError('overloaded', 'all endpoints of this role rest after failures');
  throw new BrainError(code, message, waitMs > 0 && Number.isFinite(waitMs) ? { retryAfterMs: waitMs } : {});
}

/** Nothing was said, so that another endpoint may be asked. */
class Elsewhere extends Error {
  readonly why: BrainError;
  constructor(why: BrainError) {
    super(why.message);
    this.why = why;
  }
}

async function* ask(member: Member, request: BrainRequest): AsyncGenerator<BrainDelta | BrainEnd, void> {
  const { brain, circuit } = member;
  let begun = false;
  let told = false;
  const asked = circuit.ask();
  member.inFlight += 1;
  try {
    for await (const item of brain.stream(request)) {
      begun = true;
      if (item.type === 'end' && item.finish !== 'aborted') {
        told = true;
        asked.succeeded();
      }
      yield item;
    }
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    told = true;
    if (AGAINST.includes(error.code)) asked.failed(AT_ONCE.includes(error.code), error.retryAfterMs);
    else asked.succeeded();
    if (!begun && ELSEWHERE.includes(error.code)) throw new Elsewhere(error);
    throw error;
  } finally {
    if (!told) asked.untold();
    member.inFlight -= 1;
  }
}
