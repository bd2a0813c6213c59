/** Workspaces for tests: each in a directory of its own, taken away when the test is over. */
import { spawnSync } from 'node:child_process';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sandbox, SandboxResult } from '../../../src/adapters/sandbox/contract.ts';
import { openWorkspaceWorld, type WorkspaceWorld } from '../../../src/adapters/worlds/workspace/workspace.ts';
import type { WorldRequest } from '../../../src/kernel/records/events.ts';
import type { Performed, World } from '../../../src/runtime/ports.ts';

export interface Place {
  /** What holds all of a run. */
  run: string;
  dir: string;
  shadow: string;
}

export const scratch = (): Place => {
  const run = mkdtempSync(join(tmpdir(), 'turingos-workspace-'));
  return { run, dir: join(run, 'workspace'), shadow: join(run, 'shadow.git') };
};

export const drop = ({ run }: Place): void => {
  // What a test has locked must not outlive it.
  spawnSync('chmod', ['-R', 'u+rwx', run]);
  rmSync(run, { recursive: true, force: true });
};

/** No fence: runs a command where it is, or does instead what `act` says. For tests of the world alone. */
export const unfenced = (act?: (workspace: string, signal: AbortSignal) => SandboxResult | undefined): Sandbox => ({
  kind: 'none',
  run: async ({ argv, workspace, signal }) => {
    const done = act?.(workspace, signal);
    if (done !== undefined) return done;
    if (act !== undefined) return { ok: true, exit: 0, output: '' };
    const [program = '', ...args] = argv;
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: workspace, encoding: 'utf8' });
    if (error !== undefined) return { ok: false, errno: 'ENOENT', detail: error.message, timedOut: false };
    return { ok: true, exit: status ?? 128, output: stdout + stderr };
  },
});

/** A world in a place that goes with the test. */
export const workspace = async (
  files: Record<string, string> = {},
  sandbox: Sandbox | null = unfenced(),
): Promise<WorkspaceWorld & { place: Place }> => {
  const place = scratch();
  onTestFinished(() => drop(place));
  return Object.assign(await openWorkspaceWorld({ ...place, files, sandbox }), { place });
};

export const perform = (on: World, request: WorldRequest): Promise<Performed> =>
  on.perform(request, new AbortController().signal);

export const sh = (script: string): WorldRequest => ({ op: 'SYS_EXEC', argv: ['sh', '-c', script] });

/** Puts another function in the place of one of `node:fs`, for the time of the test. */
export const replaceFs = <K extends keyof typeof fs>(name: K, make: (real: (typeof fs)[K]) => unknown): void => {
  const real = fs[name];
  const set = (value: unknown): void => {
    (fs as Record<string, unknown>)[name] = value;
    syncBuiltinESMExports();
  };
  set(make(real));
  onTestFinished(() => set(real));
};
