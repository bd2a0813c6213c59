/** Starts a run's kernel in a process and process group of its own. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FaultSpec, INPUTS, Policy, TaskSpec } from '../kernel/index.ts';
import { PairSpec } from './brain-spec.ts';
import { connectControl } from './control-client.ts';
import { EXIT } from './exit-codes.ts';
import { WorkspaceSpec } from './manifest.ts';
import { NotifySpec } from './notify-spec.ts';
import { UserError } from './user-error.ts';

/** How a kernel process begins: a new run, one whose kernel was lost, or a branch of another. */
const Beginning = z.discriminatedUnion('how', [
  z.strictObject({
    how: z.literal('start'),
    task: TaskSpec,
    /** The world at the start: path → text; in a workspace over what is there already. */
    files: z.record(z.string(), z.string()),
    policy: Policy,
    seed: z.int().min(0),
    chaos: z.array(FaultSpec),
  }),
  z.strictObject({ how: z.literal('resume') }),
  z.strictObject({ how: z.literal('fork'), forked: INPUTS['run.forked'] }),
]);

/** What a kernel process is asked for; it makes the manifest of it. What judges the task lies in the run's directory already. */
export const Launch = z.strictObject({
  id: z.string().length(8),
  profile: z.string(),
  /** What the profile stood for when the run was first launched. */
  pair: PairSpec,
  pace: z.union([z.literal('max'), z.int().min(1)]),
  fsync: z.enum(['always', 'interval', 'never']),
  /** A built-in task's name, or a task file's absolute path. */
  taskSource: z.string(),
  /** Absent: the world is in memory. */
  workspace: WorkspaceSpec.optional(),
  socket: z.string(),
  /** As the configuration of the moment says: no part of the run. */
  notify: NotifySpec.optional(),
  begin: Beginning,
});
export type Launch = z.infer<typeof Launch>;

export const launchFile = (dir: string): string => join(dir, 'launch.json');

/** @throws UserError where there is nothing to launch any more: of two kernels that were started for a run one has begun */
export const readLaunch = (dir: string): Launch => {
  if (!existsSync(launchFile(dir))) {
    throw new UserError(
      `the run in ${dir} is being started by another process: \`turingos ps\` tells whether it lives`,
      EXIT.busy,
    );
  }
  return Launch.parse(JSON.parse(readFileSync(launchFile(dir), 'utf8')));
};

export interface KernelProcess {
  pid: number;
  /** Resolves with its exit code, or the signal that ended it. */
  exited: Promise<number | string>;
  /** Lets this process end before the kernel does. */
  release(): void;
}

const START_MS = 20_000;
/** A resume reads the whole journal first, at some 100,000 records a second; a workspace is read whole when it is taken up. */
const LONG_START_MS = 600_000;
const POLL_MS = 10;
const ANSWER_MS = 1000;

/**
 * @param command how this program starts itself: executable and arguments; `kernel --dir DIR` is added
 * @returns when the control socket answers
 * @throws UserError when the kernel ends before that, with its own last words
 */
export const launchKernel = async (command: readonly string[], dir: string, launch: Launch): Promise<KernelProcess> => {
  const log = prepare(dir, launch);
  const [executable, ...args] = command as [string, ...string[]];
  const proc = spawn(executable, [...args, 'kernel', '--dir', dir], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let over: number | string | undefined;
  const exited = new Promise<number | string>((resolve) => {
    const end = (how: number | string): void => {
      over = how;
      resolve(how);
    };
    proc.once('error', (error) => end(error.message));
    proc.once('exit', (code, signal) => end(code ?? signal ?? 'unknown'));
  });
  const kernel: KernelProcess = { pid: proc.pid as number, exited, release: () => proc.unref() };
  const isLong = launch.begin.how === 'resume' || launch.workspace !== undefined;
  const patience = isLong ? LONG_START_MS : START_MS;
  for (const begun = performance.now(); performance.now() - begun < patience; await sleep(POLL_MS)) {
    // A short run may be over before anyone has asked, and one that was killed has begun all the same.
    if (over === 0 || (typeof over === 'string' && !existsSync(launchFile(dir)))) return kernel;
    if (over !== undefined) throw new UserError(lastWords(dir, over), typeof over === 'number' ? over : EXIT.internal);
    if (await answers(launch.socket, kernel.pid)) return kernel;
  }
  proc.kill('SIGKILL');
  throw new UserError(
    `the kernel of run ${launch.id} did not start within ${patience} ms: see ${dir}/kernel.log`,
    EXIT.internal,
  );
};

/** @returns the descriptor of the kernel's log */
const prepare = (dir: string, launch: Launch): number =>
  written(dir, () => {
    // Aside, and renamed: another one may resume the run at this moment, and its kernel must not read half of it.
    const aside = `${launchFile(dir)}.${process.pid}`;
    try {
      writeFileSync(aside, JSON.stringify(launch), { mode: 0o600 });
      renameSync(aside, launchFile(dir));
    } finally {
      rmSync(aside, { force: true });
    }
    return openSync(join(dir, 'kernel.log'), 'a', 0o600);
  });

/** @throws UserError where a run's directory takes nothing */
const written = <T>(dir: string, write: () => T): T => {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(
      `nothing can be written to ${dir} (${code}): make room, or name another --home`,
      EXIT.unavailable,
    );
  }
};

/**
 * As `written`, into the last of the directories that were made for new runs: where it cannot even be furnished none of them
 * will ever be a run, and they are taken away again.
 */
export const furnished = (made: readonly string[], write: () => void): void => {
  try {
    written(made.at(-1) ?? '', write);
  } catch (error) {
    for (const dir of made) rmSync(dir, { recursive: true, force: true });
    throw error;
  }
};

/** Whether it is that process who answers: of two that resume a run at once only one gets it. */
const answers = async (socket: string, pid: number): Promise<boolean> => {
  try {
    const client = await connectControl(socket, ANSWER_MS);
    return await client
      .status(ANSWER_MS)
      .then(
        (status) => status.pid === pid,
        () => false,
      )
      .finally(() => client.close());
  } catch {
    return false;
  }
};

const lastWords = (dir: string, how: number | string): string => {
  // The kernel speaks as a verb does; who passes its words on says the name itself.
  const words = readFileSync(join(dir, 'kernel.log'), 'utf8')
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/^turingos: /, '');
  return words === undefined || words === '' ? `the kernel did not start: it ended with ${how}` : words;
};
