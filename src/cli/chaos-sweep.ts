/** `turingos chaos sweep`: many seeds of one task under one plan, headless, and a table of what became of each kind of fault. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type SweepReport, sweepReport, sweepTable } from '../evidence/chaos/sweep.ts';
import { FaultTally, type RunTally } from '../evidence/chaos/tally.ts';
import { readRecords } from '../journal/index.ts';
import type { FaultSpec } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { asRecs } from '../store/record.ts';
import { bundleRun } from './bundle.ts';
import { chaosPlan } from './chaos-plan.ts';
import { Interrupts } from './interrupts.ts';
import { type Launched, startKernel } from './launch-run.ts';
import type { CommonOptions } from './options.ts';
import { json, line, table } from './print.ts';
import { prepareRun } from './run.ts';

export interface SweepOptions extends CommonOptions {
  plan: string;
  runs: number;
  task: string;
  profile: string;
  config?: string;
  policy?: string;
  /** Of the first run; the others follow it. */
  seed: number;
  jobs: number;
  /** Where bundles of the runs that died are kept. */
  keep?: string;
}

interface Swept extends RunTally {
  seed: number;
  id: string;
  /** Of a run that died, where it was kept. */
  bundle: string | null;
}

/** @returns 0 whatever the runs came to: they were to be looked at */
export const sweepVerb = async (options: SweepOptions): Promise<number> => {
  const plan = chaosPlan(options.plan);
  const keep = options.keep === undefined ? undefined : keepDir(options.keep);
  const own = options.home === undefined ? mkdtempSync(join(tmpdir(), 'turingos-sweep-')) : undefined;
  const home = own ?? homeDir(options.home);
  const sweep = new Sweep(options, plan, home, keep);
  try {
    const runs = await sweep.all();
    const report = sweepReport(runs);
    if (options.json === true) await json({ kind: 'sweep', ...plain(options), ...report });
    else await tell(options, report, runs);
    return sweep.taken ? EXIT.killed : EXIT.ok;
  } finally {
    if (own !== undefined) rmSync(own, { recursive: true, force: true, maxRetries: 3 });
  }
};

const plain = ({ plan, task, profile, seed }: SweepOptions) => ({ plan, task, profile, seed });

const keepDir = (named: string): string => {
  const dir = resolve(named);
  try {
    mkdirSync(dir, { recursive: true });
    return dir;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      `nothing can be kept in ${named} (${code}): name another directory with --keep`,
      EXIT.unavailable,
    );
  }
};

class Sweep {
  /** A Ctrl-C came: what runs is killed, and no other run begins. */
  taken = false;
  readonly #options: SweepOptions;
  readonly #plan: FaultSpec[];
  readonly #home: string;
  readonly #keep: string | undefined;
  readonly #swept: Swept[] = [];
  #next: number;

  constructor(options: SweepOptions, plan: FaultSpec[], home: string, keep: string | undefined) {
    this.#options = options;
    this.#plan = plan;
    this.#home = home;
    this.#keep = keep;
    this.#next = options.seed;
  }

  /** @returns in order of seed */
  async all(): Promise<Swept[]> {
    const worker = async (): Promise<void> => {
      while (!this.taken && this.#next < this.#options.seed + this.#options.runs) {
        const seed = this.#next;
        this.#next += 1;
        const swept = await this.#one(seed);
        this.#swept.push(swept);
        if (this.#options.json === true) await json({ kind: 'run', ...swept });
      }
    };
    await Promise.all(Array.from({ length: this.#options.jobs }, worker));
    return this.#swept.sort((a, b) => a.seed - b.seed);
  }

  async #one(seed: number): Promise<Swept> {
    const { task, profile, config, policy } = this.#options;
    const launched = await prepareRun(
      task,
      {
        profile,
        seed,
        fsync: 'interval',
        home: this.#home,
        headless: true,
        ...(config === undefined ? {} : { config }),
        ...(policy === undefined ? {} : { policy }),
      },
      this.#plan,
    );
    const { id } = launched.launch;
    const tally = await this.#lived(launched).catch((error: unknown) => {
      // One that cannot be started is no reason to lose the others.
      if (!(error instanceof UserError)) throw error;
      return { ...new FaultTally().tally, reason: error.message };
    });
    const name = `seed-${seed}-${id}`;
    const kept = this.#keep !== undefined && tally.outcome === 'dead' ? join(this.#keep, name) : null;
    if (kept !== null) await bundleRun(id, launched.dir, kept);
    return { seed, id, bundle: kept, ...tally };
  }

  /** Runs it to its end; a kernel that its plan killed is resumed. */
  async #lived({ dir, launch }: Launched): Promise<RunTally> {
    let begin = launch.begin;
    for (;;) {
      const interrupts = new Interrupts(dir, launch.socket);
      try {
        const kernel = await startKernel(dir, { ...launch, begin });
        await interrupts.repeat();
        await kernel.exited;
        this.taken ||= interrupts.taken;
      } finally {
        interrupts.release();
      }
      const { tally, killed } = await looked(dir);
      if (tally.outcome !== null || !killed || this.taken) return tally;
      begin = { how: 'resume' };
    }
  }
}

/** `killed`: the last thing that was to befall the machine was the kernel's own death. */
const looked = async (dir: string): Promise<{ tally: RunTally; killed: boolean }> => {
  const fold = new FaultTally();
  let killed = false;
  for await (const record of readRecords(dir)) {
    for (const rec of asRecs([record])) {
      fold.see(rec);
      if (rec.kind === 'fault.staged') killed = rec.fault === 'kernel.killed';
      if (rec.kind === 'fault.applied') killed = false;
    }
  }
  return { tally: fold.tally, killed };
};

const tell = async (options: SweepOptions, report: SweepReport, runs: readonly Swept[]): Promise<void> => {
  const { task, profile, plan, seed } = options;
  const { outcomes, traps, panics, never } = report;
  const ends = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  await line(
    `${report.runs} runs of ${task}, profile ${profile}, plan ${plan}, seeds ${seed} to ${seed + report.runs - 1}`,
  );
  await line(`ended: ${ends.join(', ')}; ${traps} traps, ${panics} panic resets`);
  if (report.classes.length > 0) await line(table(sweepTable(report)));
  if (never.length > 0) await line(`armed and never triggered: ${never.join(', ')}`);
  for (const { seed: own, id, outcome, reason, ticks, bundle } of runs) {
    if (outcome !== 'dead') continue;
    await line(`died: seed ${own}, run ${id}, t${ticks}, ${reason}${bundle === null ? '' : `: ${bundle}`}`);
  }
};
