/** What a run may spend: it ends as LIMIT, and says at which. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { panicLine } from '../../src/components/gauges.ts';
import { makeLook } from '../../src/components/look.ts';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import { asRecs } from '../../src/store/record.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { lastJson, newHome, turingos } from './harness.ts';
import { brainAt, configWith, referenceServer } from './profiles-server.ts';

const policy = (limits: object): string => {
  const path = join(scratch(), 'policy.yaml');
  writeFileSync(path, JSON.stringify({ limits }));
  return path;
};

test('a priced pair that comes to its cost ends as LIMIT, and the gauges show both', async () => {
  const { url } = await referenceServer();
  const brain = { ...brainAt(url), price: { in: 1000, out: 5000 } };
  const config = configWith({ planner: brain, worker: brain });
  const args = ['--config', config, '--profile', 'mine', '--policy', policy({ cost: 50_000 })];
  const run = await turingos('run', 'ledger-12', ...args, '--json', '--home', newHome());
  expect(run.code).toBe(1);
  const end = lastJson(run) as { outcome: string; reason: string; dir: string };
  expect(end).toMatchObject({ outcome: 'limit', reason: expect.stringMatching(/^cost limit \$0\.05\d* reached$/) });
  const live = asRecs(await allRecords(end.dir)).reduce(foldLive, emptyLive);
  expect(panicLine(makeLook({ colours: false, unicode: true }), 120, live)).toMatch(/ \$0\.\d+\/0\.05\d* *$/);
}, 60_000);

test('tokens, the same', async () => {
  const args = ['--profile', 'sim', '--policy', policy({ tokens: 200 })];
  const run = await turingos('run', 'ledger-12', ...args, '--json', '--home', newHome());
  expect(run.code).toBe(1);
  expect(lastJson(run)).toMatchObject({ outcome: 'limit', reason: expect.stringMatching(/^token limit 200 reached$/) });
});
