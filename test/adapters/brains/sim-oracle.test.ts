import { expect, it } from 'vitest';
import { helloRow } from '../../../models/generate-hello.ts';
import { plannerRow } from '../../../models/generate-planner.ts';
import { workerRow } from '../../../models/generate-worker.ts';
import { createRng } from '../../../models/rng.ts';
import { idealReply } from '../../../src/adapters/brains/sim-policy.ts';

it.each([
  ['planner', plannerRow],
  ['worker', workerRow],
  ['hello', helloRow],
])('the reference policy says what the embedded model is trained on: %s', (_, make) => {
  const rng = createRng(17);
  for (let i = 0; i < 1500; i++) {
    const row = make(rng, i % 2 === 0);
    expect(`${row.frame}\n${JSON.stringify(idealReply(row.frame))}`).toBe(`${row.frame}\n${row.reply}`);
  }
});
