// How many ticks a second the pure kernel takes: decide and evolve over whole runs of the built-in ledger, the world in memory,
// the brains simulated and synchronous, the state hashed at the end of each run only. Nothing is journalled.
import { simulate } from '../src/adapters/brains/simulated.ts';
import { loadTask } from '../src/adapters/tasks/index.ts';
import { MemoryCore } from '../src/adapters/worlds/memory-core.ts';
import {
  DEFAULT_POLICY,
  initialState,
  type KernelEvent,
  type KernelInput,
  page,
  type State,
  sha256,
  transition,
} from '../src/kernel/index.ts';
import { type BenchResult, median } from './report.ts';

const RUNS = 9;
const TICKS = 60_000;
const WARM_UP = 20_000;

interface Tally {
  ticks: number;
  /** Nanoseconds inside `transition`. */
  kernelNs: bigint;
}

const stored = new Map<string, string>();

/** A text's page as the runtime would answer it. Blobs of a run are kept for its page reads. */
const seen = (text: string, n: number, size: number) => {
  const hash = sha256(text);
  stored.set(hash, text);
  return { sha256: hash, chars: text.length, ...page(text, n, size) };
};

const answer = (event: KernelEvent, world: MemoryCore): KernelInput | undefined => {
  switch (event.kind) {
    case 'observe.requested': {
      const { look, req, pageSize } = event;
      const found =
        'target' in look ? world.observe(look.target) : { ok: true as const, text: stored.get(look.sha256) ?? '' };
      if (!found.ok) return { kind: 'world.observed', req, worldHash: world.hash(), found: null, why: found.why };
      return { kind: 'world.observed', req, worldHash: world.hash(), found: seen(found.text, look.page, pageSize) };
    }
    case 'brain.requested': {
      const { text } = simulate(event.frame, event.seed, {});
      return {
        kind: 'brain.replied',
        req: event.req,
        text,
        finish: 'stop',
        tokensIn: 0,
        tokensOut: 0,
        firstTokenMs: 0,
        totalMs: 0,
      };
    }
    case 'op.requested': {
      const done = world.perform(event.request);
      if (!done.ok) throw new Error(`bench: ${done.errno} ${done.detail}`);
      return { kind: 'op.done', req: event.req, worldHash: done.worldHash, exit: done.exit, output: null };
    }
    case 'grade.requested':
      return { kind: 'grader.judged', req: event.req, verdict: 'pass', words: '' };
    default:
      return undefined;
  }
};

const playRun = async (seed: number, tally: Tally): Promise<void> => {
  const { spec, files } = await loadTask('ledger-40', seed);
  const world = new MemoryCore(files);
  const brain = { name: 'SIM', digest: '', simulated: true };
  let state: State = initialState;
  const queue: KernelInput[] = [
    {
      kind: 'run.started',
      task: spec,
      policy: DEFAULT_POLICY,
      seed,
      planner: brain,
      worker: brain,
      world: { kind: 'memory', hash: world.hash(), files },
      chaos: [],
    },
  ];
  for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
    const start = process.hrtime.bigint();
    const next = transition(state, input);
    tally.kernelNs += process.hrtime.bigint() - start;
    state = next.state;
    for (const event of next.events) {
      const outcome = answer(event, world);
      if (outcome !== undefined) queue.push(outcome);
    }
  }
  stored.clear();
  if (state.outcome !== 'passed') throw new Error(`bench: the run ended ${state.outcome}`);
  tally.ticks += state.tick;
};

const measure = async (ticks: number, seed: number): Promise<{ all: number; kernel: number }> => {
  const tally: Tally = { ticks: 0, kernelNs: 0n };
  const start = performance.now();
  for (let n = 0; tally.ticks < ticks; n += 1) await playRun(seed + n, tally);
  const seconds = (performance.now() - start) / 1000;
  return { all: tally.ticks / seconds, kernel: tally.ticks / (Number(tally.kernelNs) / 1e9) };
};

export default async (): Promise<BenchResult> => {
  await measure(WARM_UP, 1);
  const taken = [];
  for (let run = 0; run < RUNS; run += 1) taken.push(await measure(TICKS, run * 10_000));
  const row = (metric: string, values: number[]) => ({
    metric,
    median: Math.round(median(values)),
    unit: 'ticks/s',
    runs: RUNS,
  });
  return {
    name: 'kernel',
    rows: [
      row(
        'decide + evolve, world and brains included',
        taken.map((run) => run.all),
      ),
      row(
        'decide + evolve alone',
        taken.map((run) => run.kernel),
      ),
    ],
  };
};
