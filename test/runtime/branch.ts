/** Makes the first record of a branch, as the verb `fork` does, and cuts journals short. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryWorld } from '../../src/adapters/worlds/memory.ts';
import type { InputOf } from '../../src/kernel/index.ts';
import { type Cut, foldTo, inFlight } from '../../src/runtime/fork.ts';
import { scratch } from './rig.ts';

export const branch = async (dir: string, cut: Cut): Promise<InputOf<'run.forked'>> => {
  const fold = await foldTo(dir, '00c0ffee', cut);
  const { state, begun, head, writes, round } = fold;
  if (begun === undefined) throw new Error('no beginning');
  const world = createMemoryWorld(begun.world.files);
  await world.restoreTo(state.worldHash, { past: begun.kind === 'run.forked' ? begun.world.past : '', writes });
  const files = Object.fromEntries(await world.files());
  return {
    kind: 'run.forked',
    origin: { run: '00c0ffee', seq: head.seq, head: head.hash },
    overridden: [],
    task: state.task,
    policy: state.policy,
    seed: state.seed,
    planner: begun.planner,
    worker: begun.worker,
    world: { kind: 'memory', hash: state.worldHash, files, past: await world.past() },
    chaos: null,
    state: JSON.stringify(state),
    requests: inFlight(fold),
    round,
  };
};

/** A copy of a run's directory whose journal ends before the first record of a kind. */
export const cutTo = (from: string, kind: string): string => {
  const dir = scratch();
  cpSync(from, dir, { recursive: true });
  const name = readdirSync(join(dir, 'journal')).find((file) => file.endsWith('.ndjson')) as string;
  const lines = readFileSync(join(dir, 'journal', name), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes(`"kind":"${kind}"`));
  writeFileSync(
    join(dir, 'journal', name),
    lines
      .slice(0, at)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return dir;
};
