// An operator's desk: a place for runs, and the built command on it, in terminals or without one. Everything that was
// started is ended with the desk.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JournalRecord, readRecords } from '../../../src/journal/index.ts';
import { groupMembers, killGroup, lockHolder } from '../../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../../src/runtime/run-dir.ts';
import { type Pty, type PtyOptions, spawnPty } from './pty.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BIN = join(ROOT, 'bin', 'turingos.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export type Size = Pick<PtyOptions, 'cols' | 'rows'>;

export interface Desk {
  readonly home: string;
  /** `turingos ARGS --home …` in a terminal. */
  open(args: readonly string[], options?: Partial<PtyOptions>): Pty;
  /** The same under a shell, which afterwards prints the exit code and what `stty -a` says, and waits for a line. */
  openInShell(args: readonly string[], options?: Partial<PtyOptions>): Pty;
  /** A program of this directory's fixtures under the same shell. */
  openFixture(path: string, ...args: string[]): Pty;
  /** `turingos ARGS --home …` without a terminal, to its end. */
  call(...args: string[]): Promise<Ended>;
  /** Starts a run without a console and resolves with its id when its kernel answers. */
  begin(...args: string[]): Promise<string>;
  dir(id: string): string;
  /** Pid of the process that writes or wrote the run's journal, which leads the kernel's process group. */
  kernel(id: string): number;
  /** The newest run's id. */
  last(): Promise<string>;
  close(): Promise<void>;
}

const SHELL = '"$@"; echo "code=$?"; stty -a; echo READY; read -r line; echo "line=$line"';

export const newDesk = (): Desk => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-e2e-'));
  const ptys: Pty[] = [];
  const track = (options: PtyOptions): Pty => {
    const pty = spawnPty({ cwd: ROOT, ...options });
    ptys.push(pty);
    return pty;
  };
  const command = (args: readonly string[]): string[] => [BIN, ...args, '--home', home];
  const started = (args: readonly string[]) => {
    const proc = spawn(process.execPath, command(args), { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    proc.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    proc.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>((resolve) => proc.on('close', (code) => resolve({ code, stdout, stderr })));
    return { proc, ended };
  };
  const call = (...args: string[]): Promise<Ended> => started(args).ended;
  const kernel = (id: string): number => {
    const pid = lockHolder(runDir(home, id))?.pid;
    if (pid === undefined) throw new Error(`run ${id} has no kernel`);
    return pid;
  };
  const last = async (): Promise<string> => {
    const { runs } = JSON.parse((await call('ps', '--all', '--json')).stdout) as { runs: { id: string }[] };
    if (runs[0] === undefined) throw new Error(`no run in ${home}`);
    return runs[0].id;
  };
  return {
    home,
    open: (args, options = {}) => track({ command: process.execPath, args: command(args), ...options }),
    openInShell: (args, options = {}) =>
      track({ command: 'sh', args: ['-c', SHELL, 'sh', process.execPath, ...command(args)], ...options }),
    openFixture: (path, ...args) =>
      track({ command: 'sh', args: ['-c', SHELL, 'sh', process.execPath, path, ...args] }),
    call,
    begin: async (...args) => {
      const before = new Set(runIds(home));
      const { proc, ended } = started(['run', ...args, '--headless', '--json']);
      // The first event is printed when it is in the journal.
      const failure = await Promise.race([
        new Promise<undefined>((resolve) => proc.stdout.once('data', () => resolve(undefined))),
        ended.then(({ stderr }) => stderr),
      ]);
      const id = runIds(home).find((name) => !before.has(name));
      if (id === undefined) throw new Error(`no run was started: ${failure}`);
      return id;
    },
    dir: (id) => runDir(home, id),
    kernel,
    last,
    close: async () => {
      await Promise.all(ptys.map((pty) => pty.close()));
      for (const id of runIds(home)) {
        const pid = lockHolder(runDir(home, id))?.pid;
        // A journal that a test wrote itself is held by the test.
        if (pid !== undefined && pid !== process.pid && groupMembers(pid).length > 0) killGroup(pid);
      }
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** The one process under the shell of `openInShell`. */
export const childOf = (pty: Pty): number => {
  const children = readFileSync(`/proc/${pty.pid}/task/${pty.pid}/children`, 'utf8').trim().split(' ');
  if (children.length !== 1 || !children[0]) throw new Error(`the shell has ${children.length} children`);
  return Number(children[0]);
};

export const recordsOf = async (dir: string): Promise<JournalRecord[]> => {
  const records: JournalRecord[] = [];
  for await (const record of readRecords(dir)) records.push(record);
  return records;
};
