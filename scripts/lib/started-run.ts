/** Runs that scripts start in order to kill them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { groupMembers } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const POLL_MS = 5;

export interface StartedRun {
  id: string;
  dir: string;
  /** Resolves when the command has ended. */
  over: Promise<unknown>;
}

/** `turingos run` without a console. @param args the task first */
export const startRun = async (home: string, args: readonly string[]): Promise<StartedRun> => {
  const known = new Set(runIds(home));
  const proc: ChildProcess = spawn(process.execPath, [MAIN, 'run', ...args, '--headless', '--home', home], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const over = new Promise((resolve) => proc.once('exit', resolve));
  for (;;) {
    const id = runIds(home).find((other) => !known.has(other));
    if (id !== undefined) return { id, dir: runDir(home, id), over };
    if (proc.exitCode !== null) throw new Error('the run did not start');
    await sleep(POLL_MS);
  }
};

/** Processes that are left of a run: members of its process group, and what names it in its command line. */
export const leftOf = (id: string, group: number): number => {
  const named = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/runs/${id}`);
    } catch {
      return false;
    }
  });
  return new Set([...groupMembers(group), ...named.map(Number)]).size;
};
