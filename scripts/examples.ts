// `npm run examples [-- --seeds N] [--json]`: runs both example tasks with the simulated brain at few errors and at many, with the
// embedded pair, on each of the three broken boxes and on an installed package with one fix taken back; verifies every journal;
// and counts. 1 where a journal does not verify, a task has no graded pass or no failure, or there is no sandbox.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEmbeddedBrain } from '../src/adapters/brains/embedded.ts';
import {
  type ExampleRun,
  HIGH,
  LOW,
  made,
  OPS_BLINDBOX,
  REPO_ISSUE,
  runExample,
} from '../test/examples/example-run.ts';
import { PACKAGE_PLAYBOOK, packageTask } from '../test/examples/package-repo.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '3' }, json: { type: 'boolean' } } });
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);

interface Planned extends ExampleRun {
  example: string;
  on: string;
  by: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'turingos-examples-'));
const cleaning = [() => rmSync(scratch, { recursive: true, force: true })];
const planner = await createEmbeddedBrain({ checkpoint: 'tiny' });
const worker = await createEmbeddedBrain({ checkpoint: 'tiny-early' });

const boxes = ['killed', 'permission', 'socket'].map((kind) => ({
  on: kind,
  repo: made(`${OPS_BLINDBOX}/make-box.sh`, kind, join(scratch, kind)),
}));
const ofPackage = packageTask(join(scratch, 'package'));

/** @param of what to run it on; the example's own files where it names no repository */
const runsOf = (example: string, task: string, playbook: string, of: { on: string; repo?: string }): Planned[] => {
  const common = { example, task, ...of };
  return [
    ...seeds.map((seed) => ({ ...common, seed, by: 'SIM, few errors', brains: { playbook, rates: LOW } })),
    ...seeds.map((seed) => ({ ...common, seed, by: 'SIM, many errors', brains: { playbook, rates: HIGH } })),
    { ...common, seed: 1, by: 'embedded pair', brains: { planner, worker } },
  ];
};
const planned = [
  ...runsOf('repo-issue', `${REPO_ISSUE}/task.yaml`, `${REPO_ISSUE}/playbook.yaml`, { on: 'retry-delay' }),
  ...runsOf('repo-issue', ofPackage.task, PACKAGE_PLAYBOOK, { on: 'diff 9.0.0', repo: ofPackage.repo }),
  ...boxes.flatMap((box) => runsOf('ops-blindbox', `${OPS_BLINDBOX}/task.yaml`, `${OPS_BLINDBOX}/playbook.yaml`, box)),
];

let unverified = 0;
const counts = new Map<string, { passed: number; failed: number }>();
try {
  for (const { example, on, by, ...run } of planned) {
    const { dir: _, ...end } = await runExample(run, (clean) => cleaning.push(clean));
    const passed = end.outcome === 'passed';
    const count = counts.get(example) ?? { passed: 0, failed: 0 };
    counts.set(example, { passed: count.passed + (passed ? 1 : 0), failed: count.failed + (passed ? 0 : 1) });
    if (!end.verified) unverified += 1;
    if (values.json === true) {
      console.log(JSON.stringify({ example, on, by, seed: run.seed, ...end }));
      continue;
    }
    const how = `${end.outcome} after ${end.ticks} ticks (${end.reason})`;
    const journal = end.verified ? 'verified' : 'NOT VERIFIED';
    console.log(`${example} on ${on}, ${by}, seed ${run.seed}: ${how}; journal ${journal}`);
  }
} finally {
  await Promise.all([planner.dispose(), worker.dispose()]);
  for (const clean of cleaning) clean();
}
const bad = unverified > 0 || [...counts.values()].some(({ passed, failed }) => passed === 0 || failed === 0);
if (values.json !== true) {
  for (const [example, { passed, failed }] of counts)
    console.log(`${example}: ${passed} graded passes, ${failed} failures`);
  console.log(`${planned.length - unverified} of ${planned.length} journals verified`);
}
process.exit(bad ? 1 : 0);
