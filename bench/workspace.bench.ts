/**
 * What an op costs in a workspace: a SYS_WRITE from the request to the committed state's hash, against `git add` and `git commit`
 * of the same write in a repository of the same files; and a SYS_EXEC of `true` through the whole sandbox, with the look at the
 * workspace before and after it, against a bare `bwrap … true` that fences nothing off but namespaces.
 *
 * Both sides take turns, op by op, so that a busy minute of the machine hits both. Not measured: workspaces larger than these,
 * commands that do something, a cold disk.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSandbox } from '../src/adapters/sandbox/sandbox.ts';
import { openWorkspaceWorld, type WorkspaceWorld } from '../src/adapters/worlds/workspace/workspace.ts';
import { quantile } from '../src/evidence/quantile.ts';
import type { WorldRequest } from '../src/kernel/index.ts';
import type { BenchResult, BenchRow } from './report.ts';

const WRITES = 300;
const EXECS = 100;
/** Writes and execs before anything is timed: compilers and caches warm up. */
const WARM = 10;

/** Some files of a few kilobytes, ten a directory. */
const filesOf = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `src/d${Math.floor(i / 10)}/f${i}.js`,
      `export const value${i} = ${i};\n`.repeat(100),
    ]),
  );

const ms = async (work: () => unknown): Promise<number> => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
};

const perform = async (world: WorkspaceWorld, request: WorldRequest): Promise<void> => {
  const done = await world.perform(request, new AbortController().signal);
  if (!done.ok) throw new Error(`${request.op} failed: ${done.detail}`);
};

const run = async (command: string, args: readonly string[]): Promise<void> => {
  const [code] = await once(spawn(command, args, { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
};

const BARE = ['--ro-bind', '/', '/', '--unshare-all', '--die-with-parent', '--dev', '/dev', '--proc', '/proc', 'true'];

class Times {
  readonly #ms: number[] = [];
  readonly #metric: string;
  constructor(metric: string) {
    this.#metric = metric;
  }
  add(time: number): void {
    this.#ms.push(time);
  }
  at(share: number): number {
    return quantile(
      this.#ms.toSorted((a, b) => a - b),
      share,
    );
  }
  /** @param than what the medians are compared with */
  rows(than?: { times: Times; peer: string }): BenchRow[] {
    const row = (name: string, share: number): BenchRow => ({
      metric: `${this.#metric} ${name}`,
      median: this.at(share),
      unit: 'ms',
      runs: this.#ms.length,
      ...(than === undefined ? {} : { ratio: this.at(share) / than.times.at(share), peer: than.peer }),
    });
    return [row('p50', 0.5), row('p99', 0.99)];
  }
}

const inScratch = async <T>(work: (dir: string) => Promise<T>): Promise<T> => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const writes = (count: number): Promise<BenchRow[]> =>
  inScratch(async (dir) => {
    const files = filesOf(count);
    const world = await openWorkspaceWorld({
      dir: join(dir, 'workspace'),
      shadow: join(dir, 'shadow.git'),
      files,
      sandbox: null,
    });
    const repo = join(dir, 'repo');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), text);
    }
    const git = (...args: string[]) => [
      '-C',
      repo,
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@localhost',
      '-c',
      'gc.auto=0',
      ...args,
    ];
    execFileSync('git', git('init', '-q'));
    execFileSync('git', git('add', '-A'));
    execFileSync('git', git('commit', '-q', '-m', 'first'));
    const ours = new Times(`write + commit + hash, ${count} files`);
    const theirs = new Times(`git add + commit, ${count} files`);
    const paths = Object.keys(files);
    for (let i = -WARM; i < WRITES; i += 1) {
      const target = paths[Math.abs(i * 37) % paths.length] as string;
      const content = `export const value = ${i};\n`.repeat(100);
      const own = await ms(() => perform(world, { op: 'SYS_WRITE', target, mode: 'replace', content }));
      const other = await ms(async () => {
        writeFileSync(join(repo, target), content);
        await run('git', git('add', '-A'));
        await run('git', git('commit', '-q', '-m', 'x'));
      });
      if (i < 0) continue;
      ours.add(own);
      theirs.add(other);
    }
    return [...ours.rows({ times: theirs, peer: 'git add + commit' }), ...theirs.rows()];
  });

const execs = (count: number): Promise<BenchRow[]> =>
  inScratch(async (dir) => {
    const sandbox = await openSandbox('auto');
    const world = await openWorkspaceWorld({
      dir: join(dir, 'workspace'),
      shadow: join(dir, 'shadow.git'),
      files: filesOf(count),
      sandbox,
    });
    const ours = new Times(`exec of true, ${count} files`);
    const theirs = new Times('bare bwrap true');
    for (let i = -WARM; i < EXECS; i += 1) {
      const own = await ms(() => perform(world, { op: 'SYS_EXEC', argv: ['true'] }));
      const other = await ms(() => run('bwrap', BARE));
      if (i < 0) continue;
      ours.add(own);
      theirs.add(other);
    }
    return [...ours.rows({ times: theirs, peer: 'bare bwrap true' }), ...theirs.rows()];
  });

export default async function bench(): Promise<BenchResult> {
  return { name: 'workspace', rows: [...(await writes(200)), ...(await writes(2000)), ...(await execs(200))] };
}
