/** The world that a run is in, what runs its commands, and what judges it. */
import { openSandbox, type Sandbox, SandboxUnavailable } from '../adapters/sandbox/sandbox.ts';
import { type GradingPlace, graderOf, type Judge, keptJudge } from '../adapters/tasks/index.ts';
import { createMemoryWorld } from '../adapters/worlds/memory.ts';
import type { RestorableWorld } from '../adapters/worlds/restorable.ts';
import { openWorkspaceWorld } from '../adapters/worlds/workspace/workspace.ts';
import type { TaskSpec } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { Launch } from '../runtime/launch.ts';
import { readManifest } from '../runtime/manifest.ts';
import type { Grader, LastingWorld } from '../runtime/ports.ts';
import { shadowDir, workspaceDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';

export type RunWorld = RestorableWorld & LastingWorld;

/** @throws UserError where the run keeps none that can be read */
export const judgeOfRun = (dir: string, id: string): Judge => {
  const judge = keptJudge(dir);
  if (judge !== undefined) return judge;
  throw new UserError(
    `run ${id} has no readable grader.json in ${dir}, so nothing could judge it: put the file back, or start a new run`,
    EXIT.unavailable,
  );
};

/**
 * What runs a run's commands; null in memory, and where commands cannot be fenced but the task has none.
 * @throws UserError where its commands are to be fenced and cannot be
 */
export const sandboxOf = async (dir: string, launch: Launch): Promise<Sandbox | null> => {
  const { workspace, id, begin } = launch;
  if (workspace === undefined) return null;
  try {
    return await openSandbox(workspace.sandbox);
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    if (!runsCommands(taskOf(dir, launch)) && !('command' in judgeOfRun(dir, id))) return null;
    if (begin.how === 'start') throw new UserError(error.message.replace(/\.$/, ''), EXIT.unavailable);
    throw new UserError(
      `the commands of run ${id} were fenced and cannot be here: ${error.why}, or fork it with --sandbox none, which runs commands without any fence`,
      EXIT.unavailable,
    );
  }
};

const taskOf = (dir: string, { begin }: Launch): TaskSpec | undefined => {
  if (begin.how === 'start') return begin.task;
  return begin.how === 'fork' ? begin.forked.task : readManifest(dir)?.task;
};

const runsCommands = (task: TaskSpec | undefined): boolean => task?.caps.some(({ rights }) => rights === 'x') ?? true;

/** @throws UserError where the workspace cannot be taken or taken up */
export const openWorld = async (
  dir: string,
  { workspace, id }: Launch,
  files: Readonly<Record<string, string>>,
  sandbox: Sandbox | null,
): Promise<{ world: RunWorld; graderFor(judge: Judge): Grader }> => {
  if (workspace === undefined) {
    return { world: createMemoryWorld({ ...files }), graderFor: (judge) => graderOf(judge, null) };
  }
  try {
    const world = await openWorkspaceWorld({ dir: workspaceDir(dir), shadow: shadowDir(dir), files, sandbox });
    const place: GradingPlace | null = sandbox && { world, sandbox, runDir: dir };
    return { world, graderFor: (judge) => graderOf(judge, place) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`run ${id} has no workspace: ${why}`, EXIT.badInput);
  }
};
