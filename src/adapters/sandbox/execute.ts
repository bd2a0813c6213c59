/** One exec from start to end: the child, its output, its deadline, and the end of its tree. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxLimits, SandboxRequest, SandboxResult } from './contract.ts';
import { GUARD_FD } from './guard.ts';
import { InfoFile } from './info-file.ts';
import { inheritedFds } from './inherited.ts';
import { Output } from './output.ts';
import { OutputPipe } from './output-pipe.ts';
import { isOver, type Member, member, memoryOfTree, treeIsOver } from './tree.ts';

/** A guard that runs the launcher. fd 3 is the launcher's, fd 4 takes what bwrap tells, fd 5 is the guard's. */
export interface Launch {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /**
   * `namespace`: the tree lives in a process namespace, whose init bwrap tells at fd 4. `group`: it is the
   * child's process group, which a process may leave.
   */
  tree: 'namespace' | 'group';
  /** As whom the command runs, if not as we do. */
  user: number | undefined;
  /** What the child reads at fd 6 and on. */
  inputs: readonly (string | Uint8Array)[];
}

const WATCH_MS = 25;
/** Without a namespace: how long output may still come after the program has ended, ms. */
const LEFT_GROUP_MS = 100;
/** Longer timers fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const LAUNCHER_FD = 3;
export const FIRST_INPUT_FD = 6;

const failed = (errno: string, detail: string, timedOut = false): SandboxResult & { ok: false } => ({
  ok: false,
  errno,
  detail,
  timedOut,
});

/** What the launcher may answer instead of `ready`. */
const REFUSALS: Record<string, (program: string) => string> = {
  ENOENT: (program) => `${program}: no such program`,
  EACCES: (program) => `${program} is not a program that can be run`,
  ELIMIT: () => 'a limit of this exec is above what the system allows us',
};

/** How the system ends a program that passed one of its limits, as an exit status. */
const KILLED_BY: Record<number, (limits: SandboxLimits) => SandboxResult> = {
  152: (limits) => failed('ETIME', `killed: more than ${limits.cpuSeconds} s of CPU time`),
  153: (limits) => failed('EFBIG', `killed: a file of more than ${limits.fileBytes} bytes`),
};

/** Why this command line cannot be one, or undefined. */
const badCommand = (argv: readonly string[]): SandboxResult | undefined => {
  if (argv[0] === undefined || argv[0] === '') return failed('EINVAL', 'there is no program to run');
  if (argv.some((arg) => arg.includes('\0'))) return failed('EINVAL', 'an argument contains a NUL');
  return undefined;
};

/** Never rejects. `launch` is asked for only when the command can be one at all. */
export const execute = async (
  launch: () => Promise<Launch>,
  request: SandboxRequest,
  limits: SandboxLimits,
): Promise<SandboxResult> => {
  const bad = badCommand(request.argv);
  if (bad) return bad;
  const started = performance.now();
  const aborted = failed('ECANCELED', 'stopped before its end');
  try {
    const ready = await launch();
    const pipe = await OutputPipe.open(ready.env, ready.user);
    const info = new InfoFile();
    try {
      if (request.signal.aborted) return aborted;
      return await new Exec(ready, info, pipe, request, limits, started).result;
    } finally {
      pipe.close(ready.tree === 'namespace');
      info.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed(code ?? 'ESANDBOX', message);
  }
};

class Exec {
  readonly result: Promise<SandboxResult>;
  readonly #launch: Launch;
  readonly #limits: SandboxLimits;
  readonly #proc: ChildProcess;
  readonly #stdout: Readable;
  readonly #info: InfoFile;
  readonly #output: Output;
  /** Why we ended it; the first reason counts. */
  #ending: (SandboxResult & { ok: false }) | undefined;
  /** The init of the namespace, or the leader of the group. */
  #root: Member | undefined;
  #said = '';
  #complaint = '';
  #watch: NodeJS.Timeout | undefined;

  constructor(
    launch: Launch,
    info: InfoFile,
    pipe: OutputPipe,
    request: SandboxRequest,
    limits: SandboxLimits,
    started: number,
  ) {
    this.#launch = launch;
    this.#limits = limits;
    this.#output = new Output(limits.outputBytes);
    this.#info = info;
    this.#stdout = pipe.stream;
    this.#proc = start(launch, pipe.end, info.fd);
    pipe.given();
    const deadline = setTimeout(
      () => this.#end(failed('ETIMEDOUT', `killed: not done after ${request.deadlineMs} ms`, true)),
      Math.min(Math.max(0, request.deadlineMs - (performance.now() - started)), LONGEST_MS),
    );
    const stop = (): void => this.#end(failed('ECANCELED', 'stopped before its end'));
    request.signal.addEventListener('abort', stop, { once: true });
    this.result = this.#run(request.argv[0] as string).finally(() => {
      clearTimeout(deadline);
      clearInterval(this.#watch);
      request.signal.removeEventListener('abort', stop);
    });
  }

  async #run(program: string): Promise<SandboxResult> {
    this.#listen();
    const status = await this.#exited();
    clearInterval(this.#watch);
    await this.#treeEnds();
    const said = this.#said.trim();
    if (this.#ending) return this.#ending;
    if (typeof status === 'string') return failed('ESANDBOX', `the sandbox itself was ended by ${status}`);
    const refusal = REFUSALS[said];
    if (refusal) return failed(said, refusal(program));
    if (said !== 'ready')
      return failed('ESANDBOX', this.#complaint.trim() || `ended with ${status} before the program`);
    return KILLED_BY[status]?.(this.#limits) ?? { ok: true, exit: status, output: this.#output.text() };
  }

  #listen(): void {
    const stdio = this.#streams;
    this.#stdout.on('data', (chunk: Buffer) => this.#output.add(chunk));
    // The launcher sends its own to stdout, so this is what bwrap and the steps before it complain of.
    stdio[2]?.on('data', (chunk: Buffer) => {
      if (this.#complaint.length < 1000) this.#complaint += chunk.toString();
    });
    stdio[LAUNCHER_FD]?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
      this.#go();
    });
    for (const [index, input] of this.#launch.inputs.entries()) {
      stdio[FIRST_INPUT_FD + index]?.end(input);
    }
    // A child that ends early leaves what we wrote unread.
    for (const stream of [this.#stdout, ...stdio]) stream?.on('error', () => {});
  }

  /** The launcher waits, so the init is told by now. Lets the command begin, unless it is to end already. */
  #go(): void {
    if (this.#said !== 'ready\n') return;
    const root = this.#findRoot();
    if (root === undefined) return this.#end(failed('ESANDBOX', 'bwrap does not tell whom it started'));
    if (this.#ending) return this.#kill();
    if (this.#launch.tree === 'namespace') this.#streams[GUARD_FD]?.write(`${root.pid}\n`);
    this.#streams[LAUNCHER_FD]?.write('go\n');
    this.#watch = setInterval(() => {
      if (memoryOfTree(root.pid) <= this.#limits.memoryBytes) return;
      this.#end(failed('ENOMEM', `killed: more than ${this.#limits.memoryBytes} bytes of memory`));
    }, WATCH_MS);
  }

  #end(ending: SandboxResult & { ok: false }): void {
    this.#ending ??= ending;
    this.#kill();
  }

  /**
   * Kills the init, and with it the namespace. Before we know it, nobody is killed, since bwrap itself is not to be (see
   * guard.ts): the launcher finds its pipe closed, and the sandbox ends without having run anything of the command.
   */
  #kill(): void {
    if (this.#root === undefined) {
      this.#streams[LAUNCHER_FD]?.destroy();
      return;
    }
    try {
      if (this.#launch.tree === 'group') process.kill(-this.#root.pid, 'SIGKILL');
      else if (!isOver(this.#root)) process.kill(this.#root.pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }

  #findRoot(): Member | undefined {
    const pid = this.#launch.tree === 'group' ? this.#proc.pid : this.#info.init();
    if (pid !== undefined) this.#root ??= member(pid);
    return this.#root;
  }

  /** The exit status, 128 + the number for a signal; or the signal that ended the guard, which is none of the command's. */
  #exited(): Promise<number | NodeJS.Signals> {
    return new Promise((resolve, reject) => {
      this.#proc.once('error', reject);
      this.#proc.once('exit', (code, signal) => {
        if (signal === null) resolve(code ?? 0);
        else resolve(this.#launch.tree === 'namespace' ? signal : 128 + constants.signals[signal]);
      });
    });
  }

  /** Every process of the tree is over, and all that they had written has been read. */
  async #treeEnds(): Promise<void> {
    const root = this.#findRoot();
    this.#kill();
    const read = Promise.all([this.#stdout, this.#streams[2]].map(closed));
    if (this.#launch.tree === 'namespace') {
      if (root !== undefined) await treeIsOver(root);
      await read;
    } else {
      // What left the group may hold the pipe for as long as it likes.
      await Promise.race([read, sleep(LEFT_GROUP_MS)]);
    }
    for (const stream of this.#streams) stream?.destroy();
  }

  get #streams(): (Duplex | null | undefined)[] {
    return this.#proc.stdio as unknown as (Duplex | null | undefined)[];
  }
}

const closed = (stream: Readable | null | undefined): Promise<void> =>
  new Promise((resolve) => (stream && !stream.closed ? stream.once('close', resolve) : resolve()));

const start = (launch: Launch, output: number, info: number): ChildProcess => {
  const nothing = openSync('/dev/null', 'r+');
  try {
    const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', output, 'pipe', 'pipe', info, 'pipe'];
    stdio.push(...launch.inputs.map(() => 'pipe' as const));
    for (const fd of inheritedFds()) {
      if (fd < stdio.length && stdio[fd] !== 'ignore') continue;
      while (stdio.length < fd) stdio.push('ignore');
      stdio[fd] = nothing;
    }
    const { args, env, cwd } = launch;
    // A group of its own: what is typed into our terminal, or kills our group, is for us to pass on.
    return spawn(launch.command, args, { env, cwd, stdio, detached: true });
  } finally {
    closeSync(nothing);
  }
};
