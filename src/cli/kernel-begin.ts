/** How a kernel process comes to its run: a new one, one whose kernel was lost, or a branch of another. */
import { faultyWorld } from '../adapters/chaos/faulty-world.ts';
import type { Sandbox } from '../adapters/sandbox/sandbox.ts';
import type { Journal } from '../journal/index.ts';
import type { BrainName, InputOf, Role } from '../kernel/index.ts';
import { codeVersion } from '../runtime/code-version.ts';
import type { Seat } from '../runtime/effects-brain.ts';
import type { Engine } from '../runtime/engine.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { RunFold } from '../runtime/fold-run.ts';
import type { Launch } from '../runtime/launch.ts';
import { environment, type Manifest, readManifest, writeManifest } from '../runtime/manifest.ts';
import type { Grader, LastingWorld, World } from '../runtime/ports.ts';
import { noteResume, reopen } from '../runtime/resume.ts';
import { UserError } from '../runtime/user-error.ts';
import { judgeOfRun, openWorld, type RunWorld } from './kernel-world.ts';

type Seats = Record<Role, Seat>;

export interface Beginning {
  world: World;
  grader: Grader;
  go(engine: Engine): Promise<void>;
}

/**
 * @param journal opened for the run
 * @param sandbox what runs its commands; null where it has none
 */
export const beginning = async (
  dir: string,
  launch: Launch,
  journal: Journal,
  pair: Seats,
  sandbox: Sandbox | null,
): Promise<Beginning> => {
  const { id, begin } = launch;
  const judge = judgeOfRun(dir, id);
  const open = async (files: Readonly<Record<string, string>>) => {
    const { world, graderFor } = await openWorld(dir, launch, files, sandbox);
    return { world, grader: graderFor(judge) };
  };
  if (begin.how === 'resume') {
    if (journal.head.seq === 0) throw new UserError(`run ${id} never began: start a new one`, EXIT.notFound);
    const { fold, world, grader } = await resumed(dir, launch, journal, pair, open);
    return { world, grader, go: async (engine) => engine.resume(fold) };
  }
  if (journal.head.seq > 0) throw new UserError(`run ${id} has begun already: start a new one`, EXIT.busy);
  const { input, world, grader } =
    begin.how === 'start' ? await started(launch, begin, pair, open) : await forked(begin, pair, open);
  writeManifest(dir, manifestOf(launch, input, pair));
  const go = async (engine: Engine): Promise<void> => void (await engine.start(input));
  return { world, grader, go };
};

type Begun = InputOf<'run.started'> | InputOf<'run.forked'>;
type Begin<H extends Launch['begin']['how']> = Extract<Launch['begin'], { how: H }>;
type Open = (files: Readonly<Record<string, string>>) => Promise<{ world: RunWorld; grader: Grader }>;

const started = async (
  { workspace }: Launch,
  { task, files, policy, seed, chaos }: Begin<'start'>,
  pair: Seats,
  open: Open,
) => {
  const { world, grader } = await open(files);
  const { kind } = world;
  const unfenced = workspace?.sandbox === 'none' ? { sandbox: 'none' as const } : {};
  const input: Begun = {
    kind: 'run.started',
    task,
    policy,
    seed,
    planner: nameOf(pair.planner),
    worker: nameOf(pair.worker),
    // A workspace may be larger than a record; the hash says what is in it.
    world: { kind, hash: await world.hash(), files: kind === 'memory' ? files : {}, ...unfenced },
    chaos,
  };
  return { input, world: faultyWorld(world), grader };
};

const forked = async ({ forked: input }: Begin<'fork'>, pair: Seats, open: Open) => {
  const { world, grader } = await open(input.world.files);
  await put(world, input.world.hash, { past: input.world.past, writes: [] }, 'its origin');
  // The brains' names are only known now.
  const named = { ...input, planner: nameOf(pair.planner), worker: nameOf(pair.worker) };
  return { input: named, world: faultyWorld(world), grader };
};

const resumed = async (dir: string, launch: Launch, journal: Journal, pair: Seats, open: Open) => {
  const fold: RunFold = await reopen(journal, dir, launch.id);
  if (fold.begun === undefined) throw new UserError(`run ${launch.id} never began: start a new one`, EXIT.notFound);
  const past = fold.begun.kind === 'run.forked' ? fold.begun.world.past : '';
  const { world, grader } = await open(fold.begun.world.files);
  await put(world, fold.state.worldHash, { past, writes: fold.writes }, `run ${launch.id}`);
  noteResume(journal, fold);
  for (const role of ['planner', 'worker'] as const) {
    const [was, is] = [fold.state.brains?.[role] ?? fold.begun[role], nameOf(pair[role])];
    if (was.digest === is.digest) continue;
    const text = `the ${role} is not what it was before: ${was.name} then, ${is.name} of another make now`;
    journal.appendNote({ kind: 'runtime.said', text });
  }
  // The place of the socket may be gone since.
  const manifest = readManifest(dir);
  if (manifest !== undefined && manifest.socket !== launch.socket) {
    writeManifest(dir, { ...manifest, socket: launch.socket });
  }
  return { fold, world: faultyWorld(world), grader };
};

const put = async (
  world: LastingWorld,
  hash: string,
  history: Parameters<LastingWorld['restoreTo']>[1],
  whose: string,
): Promise<void> => {
  try {
    await world.restoreTo(hash, history);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`the world of ${whose} cannot be put back: ${why}`, EXIT.diverged);
  }
};

export const nameOf = ({ brain: { name, digest, simulated }, price }: Seat): BrainName => ({
  name,
  digest,
  simulated,
  ...(price === undefined ? {} : { price }),
});

const manifestOf = (launch: Launch, input: Begun, pair: Seats): Manifest => {
  const seat = (role: 'planner' | 'worker') => {
    const { brain: spec, system, constrained } = launch.pair[role];
    const { price: _, ...name } = nameOf(pair[role]);
    return { ...name, system, constrained, spec };
  };
  const { id, profile, pace, fsync, taskSource, workspace, socket } = launch;
  const { task, policy, seed } = input;
  return {
    v: 1,
    id,
    createdAt: new Date().toISOString(),
    code: codeVersion(),
    profile,
    config: { pace, fsync },
    brains: { planner: seat('planner'), worker: seat('worker') },
    task,
    taskSource,
    ...(workspace === undefined ? {} : { workspace }),
    policy,
    seed,
    ...(input.kind === 'run.forked' ? { origin: input.origin } : {}),
    environment: environment(),
    socket,
  };
};
