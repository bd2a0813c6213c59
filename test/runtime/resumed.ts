/** Resumes a lost run in this process, as the kernel process does. */
import { onTestFinished } from 'vitest';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { faultyBrain } from '../../src/adapters/chaos/faulty-brain.ts';
import { faultyWorld } from '../../src/adapters/chaos/faulty-world.ts';
import { graderOf, loadTask } from '../../src/adapters/tasks/index.ts';
import { createMemoryWorld } from '../../src/adapters/worlds/memory.ts';
import { type Journal, openJournal } from '../../src/journal/index.ts';
import type { EventOf } from '../../src/kernel/index.ts';
import { Engine } from '../../src/runtime/engine.ts';
import type { Brain } from '../../src/runtime/ports.ts';
import { noteResume, reopen } from '../../src/runtime/resume.ts';
import type { RigOptions } from './rig.ts';

/** @param how `wait: false` returns as soon as the run goes on; `without` leaves so many writes out of the world */
export const resumed = async (
  dir: string,
  options: RigOptions,
  how: { wait?: boolean; without?: number } = {},
): Promise<{ engine: Engine; journal: Journal; ended: EventOf<'run.ended'> | undefined }> => {
  const journal = await openJournal(dir, { run: '00c0ffee', fsync: 'never' });
  onTestFinished(() => journal.close());
  const fold = await reopen(journal, dir, '00c0ffee');
  const begun = fold.begun;
  if (begun === undefined) throw new Error('no beginning');
  const world = createMemoryWorld(begun.world.files);
  const past = begun.kind === 'run.forked' ? begun.world.past : '';
  await world.restoreTo(fold.state.worldHash, { past, writes: fold.writes.slice(how.without ?? 0) });
  noteResume(journal, fold);
  const sim = createSimulatedBrain({ rates: options.rates ?? {} });
  const seat = (brain: Brain) => ({ brain: faultyBrain(brain), system: '', constrained: false });
  const seats = { planner: seat(options.planner ?? sim), worker: seat(options.worker ?? sim) };
  const grader = graderOf(loadTask(options.task ?? 'ledger-4', options.seed ?? 1).judge, null);
  const host = options.host === undefined ? {} : { host: options.host };
  const engine = new Engine({ journal, seats, world: faultyWorld(world), grader, ...host });
  engine.resume(fold);
  if (how.wait === false) return { engine, journal, ended: undefined };
  const ended = await engine.ended;
  await journal.close();
  return { engine, journal, ended };
};
