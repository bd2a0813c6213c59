/** How many random inputs a property test tries; FC_RUNS says otherwise. Pass it as `numRuns` to every fc.assert. */
export const runs = Number(process.env.FC_RUNS ?? 1000);

if (!Number.isInteger(runs) || runs < 1) {
  throw new Error(`FC_RUNS is ${process.env.FC_RUNS}; it has to be a whole number of runs, 1 or more.`);
}
