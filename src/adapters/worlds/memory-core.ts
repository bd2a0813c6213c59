/**
 * A world that is a table of files in memory. Synchronous, so that a benchmark can drive it without promises; `memory.ts` wraps
 * it as a `World`.
 *
 * Each op computes its outcome before it changes anything, which is all that atomicity takes here. The world hash is SHA-256
 * over the sorted (path, SHA-256 of the content) pairs; a write hashes its own content and the pairs, nothing else.
 */
import { sha256 } from '../../kernel/digest.ts';
import type { WorldRequest } from '../../kernel/records/events.ts';
import type { Observed, Performed } from '../../runtime/ports.ts';
import { type Files, MEMORY_COMMANDS, type MemoryCommand } from './memory-commands.ts';
import { patchText } from './patch.ts';
import { asDir, byCodeUnit, isRoot, lowerBound, parents, pathProblem } from './paths.ts';

/** UTF-16 units: what a brain that appends for ever can fill a file to. */
export const MAX_FILE = 4 * 1024 * 1024;
/** Committed writes that the log remembers. */
export const LOG_KEPT = 1000;

/** Why nothing is seen where nothing is, and how to change that. */
export const NO_SUCH_FILE = 'no such file; SYS_WRITE creates it';

type WriteRequest = Extract<WorldRequest, { op: 'SYS_WRITE' }>;
type LogRequest = Extract<WorldRequest, { op: 'SYS_GIT_LOG' }>;
interface Commit {
  hash: string;
  n: number;
  path: string;
}

export interface MemorySnapshot {
  readonly files: Files;
  readonly pairs: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
  readonly log: readonly Commit[];
  readonly commits: number;
}

export class MemoryCore {
  #files = new Map<string, string>();
  /** Per path what it adds to the world hash. NUL ends a path, which cannot hold one; the digest's length is fixed. */
  #pairs = new Map<string, string>();
  #paths: string[] = [];
  #log: Commit[] = [];
  #commits = 0;
  #hash = '';
  /** The file that the last op wrote, as it was before; null where it wrote none. */
  #before: { path: string; text: string | undefined } | null = null;
  readonly #commands: ReadonlyMap<string, MemoryCommand>;

  /** @throws RangeError when a path is not one, or is a directory of another */
  constructor(files: Record<string, string>, commands: Readonly<Record<string, MemoryCommand>> = {}) {
    this.#commands = new Map([...MEMORY_COMMANDS, ...Object.entries(commands)]);
    for (const [path, text] of Object.entries(files)) {
      const refused = this.#refusal(path);
      if (refused !== undefined) throw new RangeError(`file "${path}": ${refused.detail}`);
      this.#put(path, text.toWellFormed());
    }
  }

  hash(): string {
    if (this.#hash === '') {
      let all = '';
      for (const path of this.#paths) all += this.#pairs.get(path);
      this.#hash = sha256(all);
    }
    return this.#hash;
  }

  files(): Files {
    return this.#files;
  }

  /** A file's text, or a directory's entries, one a line, sorted by code unit, sub-directories with a `/` at the end. */
  observe(target: string): Observed {
    const worldHash = this.hash();
    const problem = pathProblem(target);
    if (problem !== undefined) return { ok: false, why: problem, worldHash };
    const text = this.#files.get(target);
    if (text !== undefined) return { ok: true, text, worldHash };
    const entries = this.#entries(asDir(target));
    if (entries.length > 0 || isRoot(target)) return { ok: true, text: entries.join('\n'), worldHash };
    return { ok: false, why: NO_SUCH_FILE, worldHash };
  }

  perform(request: WorldRequest): Performed {
    this.#before = null;
    switch (request.op) {
      case 'SYS_WRITE':
        return this.#write(request);
      case 'SYS_EXEC':
        return this.#exec(request.argv);
      case 'SYS_GIT_LOG':
        return this.#gitLog(request);
    }
  }

  /** Takes the last op's write back, with its place in the log. */
  undo(): void {
    if (this.#before === null) return;
    const { path, text } = this.#before;
    this.#before = null;
    if (text === undefined) this.#remove(path);
    else this.#put(path, text);
    this.#commits -= 1;
    this.#log.pop();
  }

  snapshot(): MemorySnapshot {
    return {
      files: new Map(this.#files),
      pairs: new Map(this.#pairs),
      paths: [...this.#paths],
      log: [...this.#log],
      commits: this.#commits,
    };
  }

  restore(to: MemorySnapshot): void {
    this.#before = null;
    this.#files = new Map(to.files);
    this.#pairs = new Map(to.pairs);
    this.#paths = [...to.paths];
    this.#log = [...to.log];
    this.#commits = to.commits;
    this.#hash = '';
  }

  /** The log, as text: all that ops can tell apart besides files. */
  past(): string {
    return JSON.stringify({ commits: this.#commits, log: this.#log.slice(-LOG_KEPT) });
  }

  /** @param past what another world's `past` said, '' for nothing */
  recall(past: string): void {
    if (past === '') return;
    const { commits, log } = JSON.parse(past) as { commits: number; log: Commit[] };
    this.#commits = commits;
    this.#log = log;
  }

  #write({ target, mode, content }: WriteRequest): Performed {
    const refused = this.#files.has(target) ? undefined : this.#refusal(target);
    if (refused !== undefined) return this.#failed(refused.errno, `${target}: ${refused.detail}`);
    const old = this.#files.get(target) ?? '';
    let text = content.toWellFormed();
    if (mode === 'append') text = old + text;
    if (mode === 'patch') {
      const patched = patchText(old, text);
      if (!patched.ok) return this.#failed('EINVAL', `${target}: ${patched.why}`);
      text = patched.text;
    }
    if (text.length > MAX_FILE) return this.#failed('EFBIG', `${target}: a file holds at most ${MAX_FILE} characters`);
    this.#before = { path: target, text: this.#files.get(target) };
    this.#put(target, text);
    this.#commits += 1;
    this.#log.push({ hash: this.hash(), n: this.#commits, path: target });
    if (this.#log.length >= 2 * LOG_KEPT) this.#log = this.#log.slice(-LOG_KEPT);
    return this.#done(0, '');
  }

  #exec(argv: readonly string[]): Performed {
    const [name = '', ...args] = argv;
    const command = this.#commands.get(name);
    if (command !== undefined) {
      const { exit, output } = command(args, this.#files);
      return this.#done(exit, output);
    }
    const known = [...this.#commands.keys()].sort(byCodeUnit).join(' ');
    return this.#failed('ENOENT', `${name}: the memory world runs no programs, only its own ${known}`);
  }

  /** `since` is a short hash that the log has shown: what came after it. */
  #gitLog({ target, limit, grep, since }: LogRequest): Performed {
    const problem = pathProblem(target);
    if (problem !== undefined) return this.#failed('EINVAL', `${target}: ${problem}`);
    const dir = asDir(target);
    const kept = this.#log.slice(-LOG_KEPT);
    const from = since === undefined ? -1 : kept.findLastIndex((commit) => shortCommit(commit) === since);
    if (since !== undefined && from === -1) return this.#failed('EINVAL', `since ${since}: the log shows no such hash`);
    const found = kept
      .slice(from + 1)
      .filter(({ path }) => path === target || path.startsWith(dir))
      .map((commit) => `${shortCommit(commit)} ${commit.n} SYS_WRITE ${commit.path}`)
      .filter((line) => grep === undefined || line.includes(grep))
      .reverse()
      .slice(0, limit);
    return this.#done(0, found.map((line) => `${line}\n`).join(''));
  }

  /** Why a path cannot become a file. */
  #refusal(path: string): { errno: string; detail: string } | undefined {
    const problem = pathProblem(path);
    if (problem !== undefined) return { errno: 'EINVAL', detail: problem };
    if (isRoot(path) || path.endsWith('/') || this.#isDir(path)) return { errno: 'EISDIR', detail: 'is a directory' };
    const file = parents(path).find((parent) => this.#files.has(parent));
    return file === undefined ? undefined : { errno: 'ENOTDIR', detail: `${file} is a file` };
  }

  #isDir(path: string): boolean {
    const dir = `${path}/`;
    return this.#paths[lowerBound(this.#paths, dir)]?.startsWith(dir) ?? false;
  }

  #entries(dir: string): string[] {
    const names = new Set<string>();
    for (let i = lowerBound(this.#paths, dir); i < this.#paths.length; i++) {
      const path = this.#paths[i] as string;
      if (!path.startsWith(dir)) break;
      const slash = path.indexOf('/', dir.length);
      names.add(slash === -1 ? path.slice(dir.length) : path.slice(dir.length, slash + 1));
    }
    return [...names].sort(byCodeUnit);
  }

  #put(path: string, text: string): void {
    if (!this.#files.has(path)) this.#paths.splice(lowerBound(this.#paths, path), 0, path);
    this.#files.set(path, text);
    this.#pairs.set(path, `${path}\0${sha256(text)}\n`);
    this.#hash = '';
  }

  #remove(path: string): void {
    this.#paths.splice(lowerBound(this.#paths, path), 1);
    this.#files.delete(path);
    this.#pairs.delete(path);
    this.#hash = '';
  }

  #done(exit: number, output: string): Performed {
    return { ok: true, worldHash: this.hash(), exit, output };
  }

  #failed(errno: string, detail: string): Performed {
    return { ok: false, worldHash: this.hash(), errno, detail, timedOut: false };
  }
}

const shortCommit = (commit: Commit): string => commit.hash.slice(0, 8);
