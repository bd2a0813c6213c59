/** The deaths that are kept in the repository: they verify here, and are what they say they are. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { extractVerb } from '../../src/cli/chaos-extract.ts';
import { readBundle } from '../../src/evidence/bundle/bundle-file.ts';
import { checkBundle } from '../../src/evidence/bundle/check.ts';
import { FaultTally } from '../../src/evidence/chaos/tally.ts';
import { readRecords, verifyChain } from '../../src/journal/index.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { asRecs } from '../../src/store/record.ts';

const THRASHED = 'evidence/death-ledger-6-seed-16';

describe.each([
  { dir: 'evidence/death-ledger-3-seed-33', ticks: 34 },
  { dir: THRASHED, ticks: 168 },
])('$dir', ({ dir, ticks }) => {
  test('a death of the embedded pair: every file by its digest, the chain to its tip, every decision', async () => {
    const bundle = readBundle(dir);
    if (bundle == null) throw new Error('there is no bundle');
    const chain = await verifyChain(dir);
    expect(chain).toMatchObject({ ok: true, missing: [], head: bundle.tip });
    expect(checkBundle(dir, bundle, chain.head)).toMatchObject({ ok: true, faults: [] });
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true, ended: true });
    expect(bundle.ended).toEqual({ outcome: 'dead', reason: 'panic_budget_exhausted', ticks });
  });

  test('its faults are in it: triggered, recovered, and the kernel was killed once', async () => {
    const fold = new FaultTally();
    let planner = '';
    for await (const record of readRecords(dir)) {
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
});

test('thrashing.journal is what the stated rule takes from the second', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-kept-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const output = join(dir, 'thrashing.journal');
  expect(await extractVerb([THRASHED], { output })).toBe(0);
  expect(readFileSync(output)).toEqual(readFileSync('evidence/thrashing.journal'));
});
