/** Runs the command as people do, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { follow, type JournalRecord } from '../../src/journal/index.ts';
import { groupMembers, killGroup, lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';

const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url));
const BUILT = path('../../dist/cli/main.js');

/** The build starts twice as fast; it is used where it is no older than any source. */
const isFresh = (): boolean => {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(path('../../src'), { recursive: true, encoding: 'utf8' });
  return sources.every((name) => statSync(join(path('../../src'), name)).mtimeMs <= built);
};
export const MAIN = isFresh() ? BUILT : path('../../src/cli/main.ts');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A directory for runs; whatever still runs in it when the test ends is ended. */
export const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-cli-'));
  onTestFinished(() => {
    for (const id of runIds(home)) {
      const pid = lockHolder(runDir(home, id))?.pid;
      if (pid !== undefined && groupMembers(pid).length > 0) killGroup(pid);
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
  return home;
};

interface Begun {
  proc: ChildProcess;
  ended: Promise<Ended>;
}

export const begin = (...args: string[]): Begun => beginNode({}, MAIN, ...args);

/** With its stdin open, for what it is to be told. */
export const beginTold = (...args: string[]): Begun => beginNode({ stdin: 'pipe' }, MAIN, ...args);

/** Its output is a pipe all the same, but it is told that it is a terminal. */
export const beginOnTerminal = (...args: string[]): Begun =>
  beginNode({}, '--import', 'data:text/javascript,process.stdout.isTTY=true', MAIN, ...args);

interface Place {
  stdin?: 'ignore' | 'pipe';
  cwd?: string;
}

const beginNode = ({ stdin = 'ignore', cwd }: Place, ...args: string[]): Begun => {
  const proc = spawn(process.execPath, args, { stdio: [stdin, 'pipe', 'pipe'], cwd }) as ChildProcess;
  let [stdout, stderr] = ['', ''];
  proc.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  proc.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => proc.on('close', (code) => resolve({ code, stdout, stderr })));
  return { proc, ended };
};

export const turingos = (...args: string[]): Promise<Ended> => begin(...args).ended;

/** Given in a directory. */
export const turingosIn = (cwd: string, ...args: string[]): Promise<Ended> => beginNode({ cwd }, MAIN, ...args).ended;

export const lastJson = ({ stdout }: Ended): Record<string, unknown> =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;

/** The first record of a run that fits, as soon as it is written. */
export const firstRecord = async (dir: string, fits: (record: JournalRecord) => boolean): Promise<JournalRecord> => {
  for await (const records of follow(dir)) {
    const found = records.find(fits);
    if (found !== undefined) return found;
  }
  throw new Error('the journal came to no end');
};

/** Another paced simulated run, in mid-stream. */
export const slowRun = async (home: string, ...more: string[]) => {
  const before = runIds(home);
  const newId = (): string | undefined => runIds(home).find((id) => !before.includes(id));
  const run = begin('run', 'ledger-12', '--headless', '--profile', 'sim', '--pace', '40', '--home', home, ...more);
  while (newId() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  const id = newId() as string;
  const dir = runDir(home, id);
  await firstRecord(dir, ({ kind }) => kind === 'stream.delta');
  const pid = lockHolder(dir)?.pid as number;
  return { ...run, id, dir, pid };
};
