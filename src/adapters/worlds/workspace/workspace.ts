/**
 * A world that is a directory of files, fenced in by three things: what is shown of it comes out of the shadow repository, into
 * which a scan that follows no link has put it; what is written is renamed into directories that were opened one by one; and
 * each op that fails, is called off or leaves behind what a world cannot hold is undone by putting the whole state back.
 */
import { z } from 'zod';
import type { WorldRequest } from '../../../kernel/records/events.ts';
import { clip } from '../../../kernel/text.ts';
import type { LastingWorld, Observed, Performed, WorldHistory } from '../../../runtime/ports.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { NO_SUCH_FILE } from '../memory-core.ts';
import { byCodeUnit, isRoot } from '../paths.ts';
import type { RestorableWorld } from '../restorable.ts';
import { isBinary } from './diff.ts';
import { FileTexts } from './file-texts.ts';
import { HeldState, type Token } from './held-state.ts';
import { logOf } from './log.ts';
import { shownName, toBytes } from './names.ts';
import { canOpenAt, codeOf } from './open-at.ts';
import { MAX_BYTES, type Problem } from './scan.ts';
import { nodeAt } from './tree.ts';
import { denied, linkProblem, mayRead, planWrite, targetProblem, wayProblem } from './write.ts';

export interface WorkspaceOptions {
  /** The workspace: made where it is missing. Nobody else writes to it while an op is under way. */
  dir: string;
  /** The shadow repository, on the same file system and outside of `dir`: made where it is missing. */
  shadow: string;
  /** Path → text, added to what `dir` holds when the shadow repository is new; ignored afterwards. */
  files?: Readonly<Record<string, string>>;
  /** What runs commands; null refuses them. */
  sandbox: Sandbox | null;
}

export interface WorkspaceWorld extends RestorableWorld, LastingWorld {
  /** What changed between two committed states, as bounded text. Rejects with one sentence where one is not known. */
  diff(fromHash: string, toHash: string): Promise<string>;
  /**
   * Copies the workspace to a directory beside it, with nothing at some paths, whose directories are there.
   * @returns takes the copy away, whatever has become of it
   */
  copyTo(dir: string, without: readonly string[]): Promise<() => void>;
}

/** The op's own deadline comes through its signal; a timer takes no more than this. Milliseconds. */
const NO_DEADLINE = 2 ** 31 - 1;
const NO_SANDBOX =
  'commands are refused, because there is no sandbox here; turingos doctor tells what is missing, and --sandbox none does without';

/** How many writes led to where a branch begins. */
const Past = z.object({ writes: z.int() });

/** The `past` of a branch, from what the journal of its origin tells. */
export const branchPast = ({ past, writes }: WorldHistory): string => {
  const before = past === '' ? 0 : (Past.safeParse(JSON.parse(past)).data?.writes ?? 0);
  return JSON.stringify({ writes: before + writes.length });
};

/**
 * Opens a workspace. One that an earlier process has left behind is as it was left, perhaps in the middle of an op, until
 * `restoreTo`.
 * @throws RangeError when a path of `files` is not one; Error with one sentence where the workspace cannot be held
 */
export const openWorkspaceWorld = async (options: WorkspaceOptions): Promise<WorkspaceWorld> => {
  if (!canOpenAt()) throw new Error('a workspace needs Linux with /proc; take the memory world here');
  const held = new HeldState(options.dir, options.shadow);
  if (!(await held.takeUp())) await begin(held, options.files ?? {});
  return new Workspace(held, options.sandbox);
};

const begin = async (held: HeldState, files: Readonly<Record<string, string>>): Promise<void> => {
  const problem = await held.look();
  if (problem !== undefined) throw new Error(`the workspace cannot be taken: ${problem.detail}`);
  for (const [target, content] of Object.entries(files)) {
    const plan = planWrite(held.root, held.store, { op: 'SYS_WRITE', target, mode: 'replace', content });
    if ('errno' in plan) throw new RangeError(`file "${target}": ${plan.detail}`);
    held.write(plan);
  }
  held.commit('(the beginning)', []);
};

class Workspace implements WorkspaceWorld {
  readonly kind = 'workspace';
  readonly #held: HeldState;
  readonly #sandbox: Sandbox | null;
  /** Where the last op came from; null where it did nothing. */
  #before: Token | null = null;

  constructor(held: HeldState, sandbox: Sandbox | null) {
    this.#held = held;
    this.#sandbox = sandbox;
  }

  async hash(): Promise<string> {
    await this.#held.settle();
    return this.#held.hash;
  }

  async observe(target: string): Promise<Observed> {
    const problem = await this.#held.settle();
    const worldHash = this.#held.hash;
    const nothing = (why: string): Observed => ({ ok: false, why, worldHash });
    if (problem !== undefined) return nothing(foreign(problem));
    const wrong = targetProblem(target) ?? wayProblem(this.#held.root, target);
    if (wrong !== undefined) return nothing(wrong.errno === 'ENOTDIR' ? NO_SUCH_FILE : wrong.detail);
    const node = isRoot(target) ? this.#held.root : nodeAt(this.#held.root, toBytes(target));
    switch (node?.type) {
      case 'dir': {
        if (!mayRead(node)) return nothing(denied(target, node.mode).detail);
        const names = [...node.children].map(([name, child]) => `${shownName(name)}${child.type === 'dir' ? '/' : ''}`);
        return { ok: true, text: names.sort(byCodeUnit).join('\n'), worldHash };
      }
      case 'file': {
        if (target.endsWith('/')) return nothing(NO_SUCH_FILE);
        if (!mayRead(node)) return nothing(denied(target, node.mode).detail);
        const bytes = this.#held.store.get('blob', node.id);
        const text = isBinary(bytes) ? `(a binary file of ${bytes.length} bytes)` : bytes.toString('utf8');
        return { ok: true, text, worldHash };
      }
      case 'link':
        return nothing(`it ${linkProblem(this.#held.store, node.id)}`);
      default:
        return nothing(NO_SUCH_FILE);
    }
  }

  async perform(request: WorldRequest, signal: AbortSignal): Promise<Performed> {
    this.#before = null;
    if (signal.aborted) return this.#failed('ECANCELED', 'the op was called off');
    const problem = await this.#held.settle();
    if (problem !== undefined) return this.#failed(problem.errno, foreign(problem));
    const before = this.#held.token;
    try {
      switch (request.op) {
        case 'SYS_WRITE':
          return await this.#write(request, before);
        case 'SYS_EXEC':
          return await this.#exec(request.argv, signal, before);
        case 'SYS_GIT_LOG': {
          const log = logOf(this.#held.line, request);
          return typeof log === 'string' ? this.#done(0, log) : this.#failed(log.errno, log.detail);
        }
      }
    } catch (error) {
      this.#before = null;
      await this.#held.become(before);
      const code = codeOf(error);
      if (code === undefined) throw error;
      return this.#failed(code, error instanceof Error ? error.message : code);
    }
  }

  async undo(): Promise<void> {
    const before = this.#before;
    this.#before = null;
    if (before !== null) await this.#held.become(before);
  }

  async files(): Promise<ReadonlyMap<string, string>> {
    await this.#held.settle();
    return new FileTexts(this.#held.root, this.#held.store);
  }

  async snapshot(): Promise<unknown> {
    await this.#held.settle();
    return this.#held.token;
  }

  async restore(snapshot: unknown): Promise<void> {
    this.#before = null;
    await this.#held.become(snapshot as Token);
  }

  async restoreTo(hash: string, { past, writes }: WorldHistory): Promise<void> {
    const told = past === '' ? { writes: 0 } : Past.safeParse(JSON.parse(past)).data;
    this.#before = null;
    await this.#held.restoreTo(hash, told === undefined ? undefined : told.writes + writes.length);
  }

  async past(): Promise<string> {
    return JSON.stringify({ writes: this.#held.line.at(-1)?.writes ?? 0 });
  }

  async diff(fromHash: string, toHash: string): Promise<string> {
    return this.#held.diff(fromHash, toHash);
  }

  async copyTo(dir: string, without: readonly string[]): Promise<() => void> {
    const problem = await this.#held.settle();
    if (problem !== undefined) throw new Error(foreign(problem));
    return this.#held.copyTo(dir, without);
  }

  async dispose(): Promise<void> {
    this.#held.store.clean();
  }

  async #write(request: Extract<WorldRequest, { op: 'SYS_WRITE' }>, before: Token): Promise<Performed> {
    const plan = planWrite(this.#held.root, this.#held.store, request);
    if ('errno' in plan) return this.#failed(plan.errno, `${request.target}: ${plan.detail}`);
    this.#held.write(plan);
    this.#held.commit(`SYS_WRITE ${request.target}`, [request.target], true);
    this.#before = before;
    return this.#done(0, '');
  }

  async #exec(argv: readonly string[], signal: AbortSignal, before: Token): Promise<Performed> {
    if (this.#sandbox === null) return this.#failed('ENOSYS', NO_SANDBOX);
    const ran = await this.#sandbox.run({
      argv,
      workspace: this.#held.dir,
      signal,
      deadlineMs: NO_DEADLINE,
      limits: { fileBytes: MAX_BYTES },
    });
    if (!ran.ok || signal.aborted) {
      await this.#held.become(before);
      if (ran.ok) return this.#failed('ECANCELED', 'the op was called off');
      return { ...this.#failed(ran.errno, ran.detail), timedOut: ran.timedOut };
    }
    const problem = await this.#held.look();
    if (problem !== undefined) {
      await this.#held.become(before);
      return this.#failed(
        problem.errno,
        `${problem.detail}; a world cannot hold what the command left behind, so it is as before`,
      );
    }
    if (this.#held.isChanged()) {
      this.#held.commit(`SYS_EXEC ${oneLine(argv)}`, this.#held.changedSince(before.root));
      this.#before = before;
    }
    return this.#done(ran.exit, ran.output);
  }

  #done(exit: number, output: string): Performed {
    return { ok: true, worldHash: this.#held.hash, exit, output };
  }

  #failed(errno: string, detail: string): Extract<Performed, { ok: false }> {
    return { ok: false, worldHash: this.#held.hash, errno, detail, timedOut: false };
  }
}

const foreign = ({ detail }: Problem): string =>
  `${detail}; something outside of the run has put it there: take it away`;

const oneLine = (argv: readonly string[]): string => clip(shownName(toBytes(argv.join(' '))), 200);
