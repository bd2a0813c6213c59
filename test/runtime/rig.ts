/** Runs an engine in this process, over a real journal in a directory of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SimRates } from '../../src/adapters/brains/sim-errors.ts';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { faultyBrain } from '../../src/adapters/chaos/faulty-brain.ts';
import { faultyWorld } from '../../src/adapters/chaos/faulty-world.ts';
import { graderOf, loadTask } from '../../src/adapters/tasks/index.ts';
import { createMemoryWorld } from '../../src/adapters/worlds/memory.ts';
import { type Journal, type JournalRecord, openJournal, payloadOf, readRecords } from '../../src/journal/index.ts';
import { DEFAULT_POLICY, type FaultSpec, type InputOf, type Policy } from '../../src/kernel/index.ts';
import { Engine, type EngineJournal } from '../../src/runtime/engine.ts';
import type { Brain, Host, World } from '../../src/runtime/ports.ts';

export const scratch = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

export interface RigOptions {
  /** Default `ledger-4`. */
  task?: string;
  seed?: number;
  rates?: SimRates;
  planner?: Brain;
  worker?: Brain;
  policy?: Policy;
  chaos?: FaultSpec[];
  /** The world of this branch, in place of the task's. */
  forked?: InputOf<'run.forked'>;
  /** The run's directory and id; default a scratch one. */
  at?: string;
  run?: string;
  world?(world: World): World;
  journal?(journal: Journal): EngineJournal;
  host?: Host;
}

export interface Rig {
  dir: string;
  engine: Engine;
  journal: Journal;
  world: World;
  started: InputOf<'run.started'>;
}

/** An engine on a task that has not been started. */
export const rig = async (options: RigOptions = {}): Promise<Rig> => {
  const dir = options.at ?? scratch();
  const seed = options.seed ?? 1;
  const task = loadTask(options.task ?? 'ledger-4', seed);
  const journal = await openJournal(dir, { run: options.run ?? '00c0ffee', fsync: 'never' });
  onTestFinished(() => journal.close());
  const sim = createSimulatedBrain({ rates: options.rates ?? {} });
  const seat = (brain: Brain) => ({ brain: faultyBrain(brain), system: '', constrained: false });
  const seats = { planner: seat(options.planner ?? sim), worker: seat(options.worker ?? sim) };
  const plain = createMemoryWorld(options.forked?.world.files ?? task.files);
  const { hash = '', past = '' } = options.forked?.world ?? {};
  if (options.forked !== undefined) await plain.restoreTo(hash, { past, writes: [] });
  const memory = faultyWorld(plain);
  const world = options.world?.(memory) ?? memory;
  const grader = graderOf(task.judge, null);
  const engine = new Engine({
    journal: options.journal?.(journal) ?? journal,
    seats,
    world,
    grader,
    ...(options.host === undefined ? {} : { host: options.host }),
  });
  const name = ({ brain: { name, digest, simulated } }: { brain: Brain }) => ({ name, digest, simulated });
  const started: InputOf<'run.started'> = {
    kind: 'run.started',
    task: task.spec,
    policy: options.policy ?? DEFAULT_POLICY,
    seed,
    planner: name(seats.planner),
    worker: name(seats.worker),
    world: { kind: 'memory', hash: await world.hash(), files: task.files },
    chaos: options.chaos ?? [],
  };
  return { dir, engine, journal, world, started };
};

export const allRecords = async (dir: string): Promise<JournalRecord[]> => {
  const records: JournalRecord[] = [];
  for await (const record of readRecords(dir, { hydrate: true })) records.push(record);
  return records;
};

/** Inputs and events without what differs from run to run by nature. */
export const decisions = (records: readonly JournalRecord[]): string[] =>
  records.filter((record) => record.class !== 'note').map((record) => JSON.stringify(payloadOf(record)));
