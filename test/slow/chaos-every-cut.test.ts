/** As `resume-every-cut`, under every fault that a run can be resumed from. */
import { expect, test } from 'vitest';
import { everyCut, RATES, uninterrupted } from '../runtime/lost.ts';
import { calmHost, WEATHER } from '../runtime/weather.ts';

test('a run under every fault, resumed after a cut anywhere, ends as if nothing had happened', async () => {
  const reference = await uninterrupted({ task: 'ledger-4', seed: 5, rates: RATES, chaos: WEATHER, host: calmHost() });
  expect(await everyCut(reference)).toBeGreaterThan(150);
}, 120_000);
