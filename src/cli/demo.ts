/** `turingos demo`: a run worth watching. */
import { DEFAULT_POLICY, type Policy } from '../kernel/index.ts';
import { DEMO_TASK } from './demo-run.ts';
import { type RunOptions, runVerb } from './run.ts';

/** Its workers are asked at high temperatures: cooler ones make too few mistakes to show what the kernel does about them. */
const DEMO_POLICY: Policy = {
  ...DEFAULT_POLICY,
  temperatures: { ...DEFAULT_POLICY.temperatures, workers: [900, 1200, 1050, 1300], max: 1300 },
};

export const demoVerb = (options: RunOptions): Promise<number> => runVerb(DEMO_TASK, options, DEMO_POLICY);
