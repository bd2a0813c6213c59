import { expect, it } from 'vitest';
import { killLoop } from '../../scripts/kill-nine-loop.ts';
import type { FsyncPolicy } from '../../src/journal/index.ts';

it.each<[FsyncPolicy, number]>([
  ['always', 67],
  ['interval', 67],
  ['never', 67],
])('fsync %s: %i kills -9 of a writer lose nothing that it was promised', async (fsync, kills) => {
  const counts = await killLoop(kills, fsync);
  console.log(fsync, JSON.stringify(counts));
  expect(counts).toMatchObject({ kills, lost: 0, wrong: [] });
  // Else nothing was tried.
  expect(counts.promised).toBeGreaterThan(kills);
});
