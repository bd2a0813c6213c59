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
  /** Milliseconds inside `transition`, where they are counted: the counting itself costs some of the whole. */
  kernelMs: number;
  count: boolean;
}

/** The tasks of a pass, made beforehand: they are no part of what is measured. */
const TASKS = Array.from({ length: 64 }, (_, seed) => loadTask('ledger-40', seed));

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

const playRun = (seed: number, tally: Tally): void => {
  const { spec, files } = TASKS[seed % TASKS.length] as (typeof TASKS)[number];
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
    const start = tally.count ? performance.now() : 0;
    const next = transition(state, input);
    if (tally.count) tally.kernelMs += performance.now() - start;
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

/** Ticks a second over whole runs, or inside the kernel alone. */
const measure = (ticks: number, part: 'all' | 'kernel'): number => {
  const tally: Tally = { ticks: 0, kernelMs: 0, count: part === 'kernel' };
  const start = performance.now();
  for (let seed = 0; tally.ticks < ticks; seed += 1) playRun(seed, tally);
  const ms = part === 'kernel' ? tally.kernelMs : performance.now() - start;
  return (tally.ticks / ms) * 1000;
};

export default async (): Promise<BenchResult> => {
  measure(WARM_UP, 'all');
  const [all, kernel]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    all.push(measure(TICKS, 'all'));
    kernel.push(measure(TICKS, 'kernel'));
  }
  const row = (metric: string, values: number[]) => ({
    metric,
    median: Math.round(median(values)),
    unit: 'ticks/s',
    runs: RUNS,
  });
  return {
    name: 'kernel',
    rows: [row('decide + evolve, world and brains included', all), row('decide + evolve alone', kernel)],
  };
};
