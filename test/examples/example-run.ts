/** Runs an example in this process: its workspace, the sandbox and its grader are the real ones. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimRates } from '../../src/adapters/brains/sim-errors.ts';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { faultyBrain } from '../../src/adapters/chaos/faulty-brain.ts';
import { readPlaybook } from '../../src/adapters/config/playbook-file.ts';
import { openSandbox, type Sandbox } from '../../src/adapters/sandbox/sandbox.ts';
import { exportRepo } from '../../src/adapters/tasks/export-repo.ts';
import { checkTask, graderOf } from '../../src/adapters/tasks/index.ts';
import { openWorkspaceWorld } from '../../src/adapters/worlds/workspace/workspace.ts';
import { openJournal, verifyChain } from '../../src/journal/index.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { Engine } from '../../src/runtime/engine.ts';
import type { Brain } from '../../src/runtime/ports.ts';
import { shadowDir, workspaceDir } from '../../src/runtime/run-dir.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';

export const REPO_ISSUE = 'examples/repo-issue';
export const OPS_BLINDBOX = 'examples/ops-blindbox';

/** As in examples/profiles.yaml. */
export const LOW: SimRates = { schema: 40, badHandle: 40, thrash: 40, slip: 150, cut: 20 };
export const HIGH: SimRates = { schema: 180, badHandle: 180, thrash: 250, slip: 250, cut: 60 };

export interface ExampleRun {
  task: string;
  seed: number;
  /** A simulated brain with a playbook in both seats, or two brains. */
  brains: { playbook: string; rates: SimRates } | { planner: Brain; worker: Brain };
  repo?: string;
}

export interface ExampleEnd {
  dir: string;
  outcome: string;
  reason: string;
  ticks: number;
  stateHash: string;
  worldHash: string;
  /** `unbroken` and `no divergence`, both. */
  verified: boolean;
}

let sandbox: Promise<Sandbox> | undefined;

/** @param forget called with what is to be done when its directory is needed no more */
export const runExample = async (
  { task, seed, brains, repo }: ExampleRun,
  forget: (clean: () => void) => void,
): Promise<ExampleEnd> => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-example-'));
  forget(() => rmSync(dir, { recursive: true, force: true }));
  const loaded = checkTask(task, repo);
  if (loaded.repo !== null) await exportRepo(loaded.repo, workspaceDir(dir));
  sandbox ??= openSandbox('auto');
  const fence = await sandbox;
  const { files } = loaded;
  const world = await openWorkspaceWorld({ dir: workspaceDir(dir), shadow: shadowDir(dir), files, sandbox: fence });
  const grader = graderOf(loaded.judge, { world, sandbox: fence, runDir: dir });
  const journal = await openJournal(dir, { run: '00c0ffee', fsync: 'never' });
  const sim = 'rates' in brains && createSimulatedBrain({ ...brains, playbook: readPlaybook(brains.playbook) });
  const { planner, worker } =
    sim === false ? (brains as { planner: Brain; worker: Brain }) : { planner: sim, worker: sim };
  const seat = (brain: Brain) => ({ brain: faultyBrain(brain), system: '', constrained: false });
  const engine = new Engine({ journal, seats: { planner: seat(planner), worker: seat(worker) }, world, grader });
  const name = ({ name, digest, simulated }: Brain) => ({ name, digest, simulated });
  await engine.start({
    kind: 'run.started',
    task: loaded.spec,
    policy: { ...DEFAULT_POLICY, limits: { ...DEFAULT_POLICY.limits, ...loaded.limits } },
    seed,
    planner: name(planner),
    worker: name(worker),
    world: { kind: 'workspace', hash: await world.hash(), files: {} },
    chaos: [],
  });
  const { outcome, reason, ticks, stateHash, worldHash } = await engine.ended;
  await engine.settled();
  await journal.close();
  await world.dispose();
  const chain = await verifyChain(dir);
  const decisions = await verifyDecisions(dir);
  const verified = chain.ok && decisions.ok && decisions.ended;
  return { dir, outcome, reason, ticks, stateHash, worldHash, verified };
};

/** A repository made by one of the examples' scripts. @returns `PATH@COMMIT` */
export const made = (script: string, ...args: string[]): string =>
  execFileSync('sh', [script, ...args], { encoding: 'utf8' }).trim();
