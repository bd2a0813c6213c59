/**
 * A world that is a directory of files, fenced in by three things: what is shown of it comes out of the shadow repository, into
 * which a scan that follows no link has put it; what is written is renamed into directories that were opened one by one; and
 * each op that fails, is called off or leaves behind what a world cannot hold is undone by putting the whole state back.
 *
 * A state is a value (`tree.ts`) and a commit (`history.ts`). What changes the workspace between two ops is taken in as a commit
 * of its own, so that the world hash always tells what is there; where that cannot be held, the world refuses to go on.
 */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { WorldRequest } from '../../../kernel/records/events.ts';
import { clip } from '../../../kernel/text.ts';
import type { LastingWorld, Observed, Performed, WorldHistory } from '../../../runtime/ports.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { NO_SUCH_FILE } from '../memory-core.ts';
import { byCodeUnit, isRoot } from '../paths.ts';
import type { RestorableWorld } from '../restorable.ts';
import { diffStates, isBinary } from './diff.ts';
import { History } from './history.ts';
import { loadState } from './load.ts';
import { logOf } from './log.ts';
import { forSystem, segmentsOf, shownName, toBytes, toText } from './names.ts';
import { ObjectStore, ShadowDamaged } from './objects.ts';
import { canOpenAt, codeOf, walk, within } from './open-at.ts';
import { Placer } from './place.ts';
import { putBack } from './put-back.ts';
import { MAX_BYTES, type Problem, scan } from './scan.ts';
import { DIR_MODE, type DirNode, differences, dirNode, filesOf, nodeAt, withNode, worldHash } from './tree.ts';
import { denied, linkProblem, mayRead, planWrite, targetProblem, wayProblem, write } from './write.ts';

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
}

/** Paths of one commit that are told apart. */
const MAX_PATHS = 200;
/** The op's own deadline comes through its signal; a timer takes no more than this. Milliseconds. */
const NO_DEADLINE = 2 ** 31 - 1;
const NO_SANDBOX =
  'commands are refused, because there is no sandbox here; turingos doctor tells what is missing, and --sandbox none does without';

const Past = z.object({ writes: z.int() });

/** A state and the commit that led to it. */
interface Token {
  root: DirNode;
  commit: string;
}

/**
 * Opens a workspace. One that an earlier process has left behind is as it was left, perhaps in the middle of an op, until
 * `restoreTo`.
 * @throws RangeError when a path of `files` is not one; Error with one sentence where the workspace cannot be held
 */
export const openWorkspaceWorld = async (options: WorkspaceOptions): Promise<WorkspaceWorld> => {
  if (!canOpenAt()) throw new Error('a workspace needs Linux with /proc; take the memory world here');
  const world = new Workspace(options);
  await world.open(options.files ?? {});
  return world;
};

/** What changed between two committed states of a workspace that may be in use, or gone. */
export const shadowDiff = async (shadow: string, fromHash: string, toHash: string): Promise<string> => {
  const store = new ObjectStore(resolve(shadow));
  const history = new History(store);
  await history.load();
  return diffOf(store, history, fromHash, toHash);
};

class Workspace implements WorkspaceWorld {
  readonly kind = 'workspace';
  /** Byte path. */
  readonly #dir: string;
  readonly #store: ObjectStore;
  readonly #history: History;
  readonly #sandbox: Sandbox | null;
  readonly #place: Placer;
  #root: DirNode = dirNode(DIR_MODE, []);
  #hash = '';
  /** Where the last op came from; null where it did nothing. */
  #before: Token | null = null;

  constructor({ dir, shadow, sandbox }: WorkspaceOptions) {
    this.#dir = toBytes(resolve(dir));
    this.#sandbox = sandbox;
    this.#store = new ObjectStore(resolve(shadow));
    this.#history = new History(this.#store);
    this.#makeDir();
    this.#place = new Placer(this.#store, this.#dir);
  }

  async open(files: Readonly<Record<string, string>>): Promise<void> {
    this.#store.clean();
    await this.#history.load();
    const { head } = this.#history;
    if (head !== undefined) {
      this.#root = loadState(this.#store, head.tree, this.#history.beyond(head));
      this.#hash = head.hash;
      return;
    }
    const problem = await this.#look();
    if (problem !== undefined) throw new Error(`the workspace cannot be taken: ${problem.detail}`);
    for (const [target, content] of Object.entries(files)) this.#first(target, content);
    this.#hash = worldHash(this.#root, this.#store);
    this.#history.commit(this.#root, this.#hash, { op: '(the beginning)', paths: [], isWrite: false });
  }

  async hash(): Promise<string> {
    await this.#settle();
    return this.#hash;
  }

  async observe(target: string): Promise<Observed> {
    const problem = await this.#settle();
    const worldHash = this.#hash;
    const nothing = (why: string): Observed => ({ ok: false, why, worldHash });
    if (problem !== undefined) return nothing(foreign(problem));
    const wrong = targetProblem(target) ?? wayProblem(this.#root, target);
    if (wrong !== undefined) return nothing(wrong.errno === 'ENOTDIR' ? NO_SUCH_FILE : wrong.detail);
    const node = isRoot(target) ? this.#root : nodeAt(this.#root, toBytes(target));
    switch (node?.type) {
      case 'dir': {
        if (!mayRead(node)) return nothing(denied(target, node.mode).detail);
        const names = [...node.children].map(([name, child]) => `${shownName(name)}${child.type === 'dir' ? '/' : ''}`);
        return { ok: true, text: names.sort(byCodeUnit).join('\n'), worldHash };
      }
      case 'file': {
        if (target.endsWith('/')) return nothing(NO_SUCH_FILE);
        if (!mayRead(node)) return nothing(denied(target, node.mode).detail);
        const bytes = this.#store.get('blob', node.id);
        const text = isBinary(bytes) ? `(a binary file of ${bytes.length} bytes)` : bytes.toString('utf8');
        return { ok: true, text, worldHash };
      }
      case 'link':
        return nothing(`it ${linkProblem(this.#store, node.id)}`);
      default:
        return nothing(NO_SUCH_FILE);
    }
  }

  async perform(request: WorldRequest, signal: AbortSignal): Promise<Performed> {
    this.#before = null;
    if (signal.aborted) return this.#failed('ECANCELED', 'the op was called off');
    const problem = await this.#settle();
    if (problem !== undefined) return this.#failed(problem.errno, foreign(problem));
    const before = this.#token();
    try {
      switch (request.op) {
        case 'SYS_WRITE':
          return await this.#write(request, before);
        case 'SYS_EXEC':
          return await this.#exec(request.argv, signal, before);
        case 'SYS_GIT_LOG': {
          const log = logOf(this.#history.line, request);
          return typeof log === 'string' ? this.#done(0, log) : this.#failed(log.errno, log.detail);
        }
      }
    } catch (error) {
      this.#before = null;
      await this.#become(before);
      const code = codeOf(error);
      if (code === undefined) throw error;
      return this.#failed(code, error instanceof Error ? error.message : code);
    }
  }

  async undo(): Promise<void> {
    const before = this.#before;
    this.#before = null;
    if (before !== null) await this.#become(before);
  }

  async files(): Promise<ReadonlyMap<string, string>> {
    await this.#settle();
    const all = [...filesOf(this.#root)];
    return new Map(all.map(([path, { id }]) => [toText(path), this.#store.get('blob', id).toString('utf8')]));
  }

  async snapshot(): Promise<unknown> {
    await this.#settle();
    return this.#token();
  }

  async restore(snapshot: unknown): Promise<void> {
    this.#before = null;
    await this.#become(snapshot as Token);
  }

  async restoreTo(hash: string, { past, writes }: WorldHistory): Promise<void> {
    const told = past === '' ? { writes: 0 } : Past.safeParse(JSON.parse(past)).data;
    const commit = this.#history.find(hash, (told?.writes ?? Number.NaN) + writes.length);
    if (commit === undefined) {
      throw new Error(`the shadow repository ${this.#store.dir} has no state ${hash.slice(0, 8)}`);
    }
    this.#before = null;
    const root = loadState(this.#store, commit.tree, this.#history.beyond(commit));
    if (worldHash(root, this.#store) !== hash) {
      throw new ShadowDamaged(`the state ${hash.slice(0, 8)} in ${this.#store.dir} is not what it was`);
    }
    this.#makeDir();
    await this.#become({ root, commit: commit.id });
    // By another look, since this is where a run trusts what an earlier process has left.
    const { root: now, problems } = await scan(this.#dir, this.#root, this.#store);
    if (problems.length > 0 || worldHash(now, this.#store) !== hash) {
      throw new Error(`the workspace ${toText(this.#dir)} does not stay as it is put; something else writes to it`);
    }
  }

  async past(): Promise<string> {
    return JSON.stringify({ writes: this.#history.head?.writes ?? 0 });
  }

  async diff(fromHash: string, toHash: string): Promise<string> {
    return diffOf(this.#store, this.#history, fromHash, toHash);
  }

  async dispose(): Promise<void> {
    this.#store.clean();
  }

  async #write(request: Extract<WorldRequest, { op: 'SYS_WRITE' }>, before: Token): Promise<Performed> {
    const plan = planWrite(this.#root, this.#store, request);
    if ('errno' in plan) return this.#failed(plan.errno, `${request.target}: ${plan.detail}`);
    this.#root = write(this.#dir, this.#root, this.#store, this.#place, plan);
    this.#commit(`SYS_WRITE ${request.target}`, [request.target], true);
    this.#before = before;
    return this.#done(0, '');
  }

  async #exec(argv: readonly string[], signal: AbortSignal, before: Token): Promise<Performed> {
    if (this.#sandbox === null) return this.#failed('ENOSYS', NO_SANDBOX);
    const ran = await this.#sandbox.run({
      argv,
      workspace: toText(this.#dir),
      signal,
      deadlineMs: NO_DEADLINE,
      limits: { fileBytes: MAX_BYTES },
    });
    if (!ran.ok || signal.aborted) {
      await this.#become(before);
      if (ran.ok) return this.#failed('ECANCELED', 'the op was called off');
      return { ...this.#failed(ran.errno, ran.detail), timedOut: ran.timedOut };
    }
    const problem = await this.#look();
    if (problem !== undefined) {
      await this.#become(before);
      return this.#failed(
        problem.errno,
        `${problem.detail}; a world cannot hold what the command left behind, so it is as before`,
      );
    }
    if (worldHash(this.#root, this.#store) !== this.#hash) {
      this.#commit(`SYS_EXEC ${oneLine(argv)}`, this.#changed(before.root), false);
      this.#before = before;
    }
    return this.#done(ran.exit, ran.output);
  }

  /** Takes in what has happened since the last op. @returns what a world cannot hold; the state is then the one from before */
  async #settle(): Promise<Problem | undefined> {
    const before = this.#root;
    const problem = await this.#look();
    if (problem !== undefined || this.#root === before) return problem;
    if (worldHash(this.#root, this.#store) !== this.#hash) this.#commit('(outside)', this.#changed(before), false);
    return undefined;
  }

  async #look(): Promise<Problem | undefined> {
    const { root, problems, twins } = await scan(this.#dir, this.#root, this.#store);
    if (problems[0] !== undefined) return problems[0];
    this.#root = twins.reduce((state, path) => this.#parted(state, path), root);
    return undefined;
  }

  /** Gives a name of a file with several names a file of its own: what is written to one must not appear under another. */
  #parted(root: DirNode, path: string): DirNode {
    const node = nodeAt(root, path);
    if (node?.type !== 'file') return root;
    const segments = segmentsOf(path);
    const fd = walk(forSystem(this.#dir), segments.slice(0, -1));
    return within(fd, () => withNode(root, segments, this.#place.file(fd, segments.at(-1) as string, node)));
  }

  async #become({ root, commit }: Token): Promise<void> {
    const { root: now } = await scan(this.#dir, this.#root, this.#store, 'compare');
    this.#root = await putBack(this.#dir, now, root, this.#store);
    this.#history.moveTo(commit);
    this.#hash = this.#history.head?.hash ?? '';
  }

  #commit(op: string, paths: string[], isWrite: boolean): void {
    this.#hash = worldHash(this.#root, this.#store);
    this.#history.commit(this.#root, this.#hash, { op, paths, isWrite });
  }

  #changed(before: DirNode): string[] {
    const paths = [...differences(before, this.#root)].map(({ path }) => toText(path));
    return paths.length > MAX_PATHS ? [''] : paths;
  }

  #first(target: string, content: string): void {
    const plan = planWrite(this.#root, this.#store, { op: 'SYS_WRITE', target, mode: 'replace', content });
    if ('errno' in plan) throw new RangeError(`file "${target}": ${plan.detail}`);
    this.#root = write(this.#dir, this.#root, this.#store, this.#place, plan);
  }

  #makeDir(): void {
    const path = forSystem(this.#dir);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
    mkdirSync(path, { recursive: true });
    chmodSync(path, DIR_MODE);
  }

  #token(): Token {
    return { root: this.#root, commit: this.#history.head?.id ?? '' };
  }

  #done(exit: number, output: string): Performed {
    return { ok: true, worldHash: this.#hash, exit, output };
  }

  #failed(errno: string, detail: string): Extract<Performed, { ok: false }> {
    return { ok: false, worldHash: this.#hash, errno, detail, timedOut: false };
  }
}

const foreign = ({ detail }: Problem): string =>
  `${detail}; something outside of the run has put it there: take it away`;

const oneLine = (argv: readonly string[]): string => clip(shownName(toBytes(argv.join(' '))), 200);

const diffOf = (store: ObjectStore, history: History, ...hashes: [string, string]): string => {
  const states = hashes.map((hash) => {
    const commit = history.find(hash);
    if (commit === undefined) throw new Error(`the shadow repository ${store.dir} has no state ${hash.slice(0, 8)}`);
    return loadState(store, commit.tree, history.beyond(commit));
  });
  return diffStates(...(states as [DirNode, DirNode]), store);
};
