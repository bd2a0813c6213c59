/** The mixture of rows that the model is trained and judged on. */
import { helloRow } from './generate-hello.ts';
import { plannerRow } from './generate-planner.ts';
import { workerRow } from './generate-worker.ts';
import { createRng } from './rng.ts';
import type { Row } from './row.ts';

/** Thousandths of rows that are planner frames of `ledger-N`, and of `hello`; the others are worker frames. */
const LEDGER = 420;
const HELLO = 30;

/**
 * @param held whether contents (numbers, name combinations, words) come from the tenth that is never trained on
 * @returns `count` rows; the same arguments give the same rows
 */
export const generateRows = (seed: number, count: number, held: boolean): Row[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const roll = rng.int(1, 1000);
    const make = roll <= LEDGER ? plannerRow : roll <= LEDGER + HELLO ? helloRow : workerRow;
    return make(rng, held);
  });
};
