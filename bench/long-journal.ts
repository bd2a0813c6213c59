/**
 * A journal of any length: the real kernel, brains that are simulated and synchronous, and the real writer. One ledger, as long
 * as it takes; the workers err now and then, so that there are traps, rejections and retired workers throughout. Replies are
 * cut into stream deltas of the size that a real brain's have (some 20 characters, at most 20 a second).
 */
import { setImmediate as turn } from 'node:timers/promises';
import { simulate } from '../src/adapters/brains/simulated.ts';
import { MemoryCore } from '../src/adapters/worlds/memory-core.ts';
import { openJournal } from '../src/journal/index.ts';
import { DEFAULT_POLICY, type KernelEvent, type KernelInput, page, sha256, transition } from '../src/kernel/index.ts';
import { initialState, type State } from '../src/kernel/state.ts';

/** Id of the run that is written. */
export const LONG_RUN = 'be9c4a11';

const DELTA_CHARS = 4;
const RATES = { schema: 30, badHandle: 30, thrash: 10, slip: 60 };
/** Some 1,300 of them are summed in 1,000,000 records. */
const ROWS = 2000;

const row = (i: number): string => `r${String(i).padStart(4, '0')}`;

const started = (): Extract<KernelInput, { kind: 'run.started' }> => {
  const files: Record<string, string> = {};
  for (let i = 1; i <= ROWS; i++) files[`rows/${row(i)}`] = `add ${i * 37} and ${i * 91}\n`;
  const brain = { name: 'SIM', digest: '', simulated: true };
  return {
    kind: 'run.started',
    task: {
      name: 'ledger-long',
      goal: `Sum each row of rows/ into ANSWER.txt, in order: ${row(1)} to ${row(ROWS)}.`,
      caps: [
        { rights: 'r', target: 'rows/' },
        { rights: 'rw', target: 'ANSWER.txt' },
      ],
      evidence: ['ANSWER.txt'],
      variants: [],
    },
    policy: {
      ...DEFAULT_POLICY,
      panicBudget: 1_000_000,
      limits: { ...DEFAULT_POLICY.limits, maxTicks: 10_000_000 },
    },
    seed: 1,
    planner: brain,
    worker: brain,
    world: { kind: 'memory', hash: '', files },
    chaos: [],
  };
};

/** Answers requests as the runtime would, at once. */
class Answers {
  readonly #world: MemoryCore;
  readonly #pages = new Map<string, string>();

  constructor(world: MemoryCore) {
    this.#world = world;
  }

  to(event: KernelEvent): KernelInput | undefined {
    const world = this.#world;
    switch (event.kind) {
      case 'observe.requested': {
        const { look, req, pageSize } = event;
        const found =
          'target' in look
            ? world.observe(look.target)
            : { ok: true as const, text: this.#pages.get(look.sha256) ?? '' };
        const worldHash = world.hash();
        if (!found.ok) return { kind: 'world.observed', req, worldHash, found: null, why: found.why };
        return { kind: 'world.observed', req, worldHash, found: this.#seen(found.text, look.page, pageSize) };
      }
      case 'brain.requested': {
        const { text } = simulate(event.frame, event.seed, RATES);
        const counts = { tokensIn: 400, tokensOut: Math.ceil(text.length / 4), firstTokenMs: 20, totalMs: 900 };
        return { kind: 'brain.replied', req: event.req, text, finish: 'stop', ...counts };
      }
      case 'op.requested': {
        const done = world.perform(event.request);
        const worldHash = world.hash();
        if (done.ok) return { kind: 'op.done', req: event.req, worldHash, exit: done.exit, output: null };
        return {
          kind: 'op.failed',
          req: event.req,
          worldHash,
          errno: done.errno,
          detail: done.detail,
          timedOut: false,
        };
      }
      case 'grade.requested':
        return { kind: 'grader.judged', req: event.req, verdict: 'fail', words: 'not yet' };
      default:
        return undefined;
    }
  }

  #seen(text: string, n: number, size: number) {
    const digest = sha256(text);
    if (this.#pages.size > 1000) this.#pages.clear();
    this.#pages.set(digest, text);
    return { sha256: digest, chars: text.length, ...page(text, n, size) };
  }
}

/** Writes at least `records` records into a new run's journal; resolves with how many there are. */
export const writeLongJournal = async (runDir: string, records: number): Promise<number> => {
  const journal = await openJournal(runDir, { run: LONG_RUN, fsync: 'never' });
  const first = started();
  const world = new MemoryCore(first.world.files);
  const answers = new Answers(world);
  let state: State = initialState;
  const queue: KernelInput[] = [{ ...first, world: { ...first.world, hash: world.hash() } }];
  try {
    for (let n = 0; journal.head.seq < records; n += 1) {
      const input = queue.shift();
      if (input === undefined) throw new Error(`the run stopped at record ${journal.head.seq}`);
      const next = transition(state, input);
      state = next.state;
      journal.appendBatch(input, next.events);
      for (const event of next.events) {
        const outcome = answers.to(event);
        if (outcome === undefined) continue;
        queue.push(outcome);
        if (event.kind !== 'brain.requested' || outcome.kind !== 'brain.replied') continue;
        for (let at = 0; at < outcome.text.length; at += DELTA_CHARS) {
          const text = outcome.text.slice(at, at + DELTA_CHARS);
          journal.appendNote({ kind: 'stream.delta', req: event.req, pid: event.pid, text, tokens: 1 });
        }
      }
      if (n % 64 === 0) await turn();
    }
    return journal.head.seq;
  } finally {
    await journal.close();
  }
};
