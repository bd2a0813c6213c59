/** Entries of another journal as records of ours, so that the same projections can fold them. */
import type { TaskSpec } from '../../kernel/task.ts';
import { clip } from '../../kernel/text.ts';
import type { Rec } from '../../store/record.ts';
import { endRun } from './acts.ts';
import { type Entry, entryText } from './entries.ts';
import { type Moment, momentsOf } from './moments.ts';
import { firstActor, troupe } from './pool.ts';
import { createScene, type Scene, UNTOLD } from './scene.ts';
import { soloist } from './solo.ts';
import { budgetIn } from './trap-facts.ts';

/** Traces have no times; this one says so, since the screen takes it for none. */
const NO_TIME = 0;

/** @param run name of the file; @param task name of the task */
export const translate = (entries: readonly Entry[], run: string, task: string): Rec[] => {
  const firstMs = entries.map(({ ts }) => Date.parse(ts ?? '')).find(Number.isFinite) ?? NO_TIME;
  const moments = momentsOf(entries, firstMs);
  const ms = moments[0]?.ms ?? firstMs;
  const spec = { name: clip(task, 80), goal: goalOf(moments), caps: [], evidence: [], variants: [] };
  const panicBudget = entries.map(({ body }) => budgetIn(body)).find((budget) => budget !== undefined);
  const scene = createScene({ run, task: spec, panicBudget, ms });
  open(scene, spec, moments);
  const name = firstActor(moments);
  const root = scene.spawn({ role: 'planner', name: name ?? 'legacy' });
  const tuples = soloist(scene, moments, root);
  const pool = troupe(scene, root);
  for (const [i, moment] of moments.entries()) {
    if (tuples(i) || pool(moment)) continue;
    remark(scene, moment);
  }
  endRun(scene);
  return scene.records;
};

/** The first text that a process saw at its home is what it had to do. */
const goalOf = (moments: readonly Moment[]): string =>
  moments
    .find((moment) => moment.tuple)
    ?.tuple?.observed.slice(0, 65_536)
    .trim() || UNTOLD;

const open = (scene: Scene, task: TaskSpec, moments: readonly Moment[]): void => {
  const { policy } = scene;
  const hash = scene.world.hash();
  const brain = (role: string) => {
    const known = moments.find((moment) => moment.route?.role === role)?.route?.brain ?? '';
    return { name: `legacy ${known}`.trim(), digest: '', simulated: false };
  };
  const world = { kind: 'workspace', hash, files: {} } as const;
  const brains = { planner: brain('PLANNER'), worker: brain('WORKER') };
  scene.input({ kind: 'run.started', task, policy, seed: 0, ...brains, world, chaos: [] });
  scene.event({ kind: 'run.created', task, policy, seed: 0, worldHash: hash });
};

const remark = (scene: Scene, { entry }: Moment): void => {
  if (entry.tag === 'HALT_GUARD') scene.ending = { outcome: 'limit', reason: clip(entry.body, 300) };
  scene.say(entry.bad === undefined ? entryText(entry) : `line ${entry.line} cannot be read: ${entry.bad}`);
};
