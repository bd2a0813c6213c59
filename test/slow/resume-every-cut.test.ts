/** Runs of every kind, cut at every record of their journals and resumed: each ends like the uninterrupted one. */
import { describe, expect, test } from 'vitest';
import { afterOrders, everyCut, flaky, ordered, RATES, uninterrupted } from '../runtime/lost.ts';

const fault = (of: 'brain.cut' | 'write.denied' | 'cap.revoked', times: number) =>
  ({ fault: of, target: 'any', times }) as const;

describe('cut at every record', () => {
  test.each([1, 2, 3, 4])('ledger-12 with errors, seed %i', async (seed) => {
    const reference = await uninterrupted({ task: 'ledger-12', seed, rates: RATES });
    expect(await everyCut(reference)).toBeGreaterThan(300);
  });

  test.each([1, 2, 3])('faults of the chaos plan and of the operator, seed %i', async (seed) => {
    const reference = await uninterrupted(
      { seed, rates: RATES, chaos: [fault('brain.cut', 2), fault('write.denied', 2), fault('cap.revoked', 1)] },
      {
        2: ordered({ command: 'inject', fault: fault('brain.cut', 3) }),
        3: ordered({ command: 'grant_panic', units: 2 }),
      },
    );
    expect(reference.decided.some((text) => text.includes('"fault.triggered"'))).toBe(true);
    await everyCut(reference, afterOrders(reference));
  });

  test.each([1, 2, 3])('endpoints that are down, seed %i', async (seed) => {
    const brain = flaky(RATES);
    const reference = await uninterrupted({ task: 'ledger-9', seed, planner: brain, worker: brain });
    expect(reference.decided.some((text) => text.includes('"deadline.passed"'))).toBe(true);
    await everyCut(reference);
  });
});
