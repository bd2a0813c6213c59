/** The death that is kept in the repository: it verifies here, and is what it says it is. */
import { expect, test } from 'vitest';
import { readBundle } from '../../src/evidence/bundle/bundle-file.ts';
import { checkBundle } from '../../src/evidence/bundle/check.ts';
import { FaultTally } from '../../src/evidence/chaos/tally.ts';
import { readRecords, verifyChain } from '../../src/journal/index.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { asRecs } from '../../src/store/record.ts';

const DIR = 'evidence/death-ledger-3-seed-33';

test('a death of the embedded pair: every file by its digest, the chain to its tip, every decision', async () => {
  const bundle = readBundle(DIR);
  if (bundle == null) throw new Error('there is no bundle');
  const chain = await verifyChain(DIR);
  expect(chain).toMatchObject({ ok: true, missing: [], head: bundle.tip });
  expect(checkBundle(DIR, bundle, chain.head)).toMatchObject({ ok: true, faults: [] });
  expect(await verifyDecisions(DIR)).toMatchObject({ ok: true, ended: true });
  expect(bundle.ended).toEqual({ outcome: 'dead', reason: 'panic_budget_exhausted', ticks: 34 });
});

test('its faults are in it: triggered, recovered, and the kernel was killed once', async () => {
  const fold = new FaultTally();
  let planner = '';
  for await (const record of readRecords(DIR)) {
    for (const rec of asRecs([record])) {
      fold.see(rec);
      if (rec.kind === 'run.started') planner = rec.planner.name;
    }
  }
  const { faults, panics, outcome } = fold.tally;
  expect({ planner, panics, outcome }).toEqual({ planner: 'tiny', panics: 3, outcome: 'dead' });
  expect(faults.find(({ fault }) => fault === 'kernel.killed')).toMatchObject({ injected: 1, triggered: 1 });
  expect(faults.reduce((sum, { recovered }) => sum + recovered, 0)).toBeGreaterThan(0);
});
