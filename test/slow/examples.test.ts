/** The two examples with other brains, other breakages and other repositories. */
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmbeddedBrain } from '../../src/adapters/brains/embedded.ts';
import { HIGH, LOW, made, OPS_BLINDBOX, REPO_ISSUE, runExample } from '../examples/example-run.ts';
import { PACKAGE_PLAYBOOK, packageTask } from '../examples/package-repo.ts';
import { requires } from '../helpers/requires.ts';
import { allRecords, scratch } from '../runtime/rig.ts';

const bubblewrap = requires('bubblewrap');
const MS = 300_000;

describe.each([REPO_ISSUE, OPS_BLINDBOX])('%s', (example) => {
  const task = `${example}/task.yaml`;
  const playbook = `${example}/playbook.yaml`;

  test(
    'without errors it passes without a trap',
    async ({ skip }) => {
      skip(bubblewrap !== undefined, bubblewrap);
      const end = await runExample({ task, seed: 1, brains: { playbook, rates: {} } }, onTestFinished);
      expect(end).toMatchObject({ outcome: 'passed', verified: true });
      expect((await allRecords(end.dir)).filter(({ kind }) => kind === 'trap.raised')).toEqual([]);
    },
    MS,
  );

  test.each([
    ['passes', LOW, 3, 'passed'],
    ['fails', HIGH, 2, 'dead'],
  ])(
    'the same seed %s in the same way',
    async (_, rates, seed, outcome) => {
      if (bubblewrap !== undefined) return;
      const ends = [];
      for (let i = 0; i < 2; i++)
        ends.push(await runExample({ task, seed, brains: { playbook, rates } }, onTestFinished));
      const [one, two] = ends.map(({ dir: _dir, ...end }) => end);
      expect(one).toMatchObject({ outcome, verified: true });
      expect(two).toEqual(one);
    },
    MS,
  );

  test(
    'the embedded pair, which knows other tasks only, fails',
    async ({ skip }) => {
      skip(bubblewrap !== undefined, bubblewrap);
      const planner = await createEmbeddedBrain({ checkpoint: 'tiny' });
      const worker = await createEmbeddedBrain({ checkpoint: 'tiny-early' });
      const end = await runExample({ task, seed: 1, brains: { planner, worker } }, onTestFinished);
      await Promise.all([planner.dispose(), worker.dispose()]);
      expect(end).toMatchObject({ outcome: 'dead', reason: 'panic_budget_exhausted', verified: true });
    },
    MS,
  );
});

describe('ops-blindbox', () => {
  test.each(['killed', 'permission', 'socket'])(
    'is brought back when it was broken by: %s',
    async (kind) => {
      if (bubblewrap !== undefined) return;
      const repo = made(`${OPS_BLINDBOX}/make-box.sh`, kind, join(scratch(), 'box'));
      const brains = { playbook: `${OPS_BLINDBOX}/playbook.yaml`, rates: LOW };
      const end = await runExample({ task: `${OPS_BLINDBOX}/task.yaml`, seed: 4, brains, repo }, onTestFinished);
      expect(end).toMatchObject({ outcome: 'passed', verified: true });
    },
    MS,
  );
});

describe('the source of an installed package, one fix of which was taken back', () => {
  test.each([
    ['without errors', {}, 1, 'passed'],
    ['with seeded errors', LOW, 3, 'passed'],
    ['with many', HIGH, 1, 'dead'],
  ])(
    '%s',
    async (_, rates, seed, outcome) => {
      if (bubblewrap !== undefined) return;
      const { task, repo } = packageTask(scratch());
      const brains = { playbook: PACKAGE_PLAYBOOK, rates };
      const end = await runExample({ task, seed, brains, repo }, onTestFinished);
      expect(end).toMatchObject({ outcome, verified: true });
    },
    MS,
  );
});
