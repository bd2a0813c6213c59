/** The mixture of rows that the model is trained and judged on. */
import { plannerRow } from './generate-planner.ts';
import { workerRow } from './generate-worker.ts';
import { createRng } from './rng.ts';
import type { Row } from './row.ts';

/** Thousandths of rows that are planner frames. */
const PLANNER = 450;

/**
 * @param held whether contents (numbers, name combinations, words) come from the tenth that is never trained on
 * @returns `count` rows; the same arguments give the same rows
 */
export const generateRows = (seed: number, count: number, held: boolean): Row[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => (rng.chance(PLANNER / 1000) ? plannerRow : workerRow)(rng, held));
};
