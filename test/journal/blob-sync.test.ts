import { expect, it, vi } from 'vitest';
import { BlobStore } from '../../src/journal/index.ts';
import { scratchRun } from './scratch.ts';

const disk = vi.hoisted(() => ({ syncs: 0 }));

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  const fsyncSync = (fd: number): void => {
    disk.syncs += 1;
    actual.fsyncSync(fd);
  };
  return { ...actual, fsyncSync };
});

it('a blocking sync does not rely on one that is still under way', async () => {
  const store = new BlobStore(scratchRun());
  store.put('text');
  const underWay = store.sync();
  store.syncNow();
  // The file, its directory, the store's and the run's.
  expect(disk.syncs).toBe(4);
  await underWay;
  store.syncNow();
  expect(disk.syncs).toBe(4);
});
