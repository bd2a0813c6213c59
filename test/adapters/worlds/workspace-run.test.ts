/** A whole run takes the same course whether its files are in memory or on disk. */
import { expect, it } from 'vitest';
import { faultyWorld } from '../../../src/adapters/chaos/faulty-world.ts';
import { loadTask } from '../../../src/adapters/tasks/index.ts';
import type { FaultSpec } from '../../../src/kernel/index.ts';
import type { World } from '../../../src/runtime/ports.ts';
import { allRecords, decisions, rig } from '../../runtime/rig.ts';
import { workspace } from './worlds.ts';

const CHAOS: FaultSpec[] = [{ fault: 'write.denied', target: 'any', times: 2 }];

/** World hashes are no part of a course, though they have to be told apart where the other world tells them apart. */
const course = async (world: World | undefined, chaos: FaultSpec[]): Promise<string[]> => {
  const options = { chaos, rates: { slip: 200 }, ...(world === undefined ? {} : { world: () => world }) };
  const { engine, dir, journal, started } = await rig(options);
  await engine.start(started);
  await engine.ended;
  await journal.close();
  const names = new Map<string, string>();
  return decisions(await allRecords(dir)).map((line) =>
    line.replace(/"(worldHash|hash|stateHash)":"([0-9a-f]{64})"/g, (_, field: string, hash: string) => {
      if (!names.has(hash)) names.set(hash, `#${names.size}`);
      return `"${field}":"${names.get(hash)}"`;
    }),
  );
};

it.each<[string, FaultSpec[], number]>([
  ['alone', [], 0],
  ['with writes that are denied half way', CHAOS, 2],
])('%s', async (_, chaos, denied) => {
  const held = await workspace(loadTask('ledger-4', 1).files, null);
  const [memory, disk] = [await course(undefined, chaos), await course(faultyWorld(held), chaos)];
  expect(disk).toEqual(memory);
  expect(disk.filter((line) => line.includes('"kind":"op.failed"'))).toHaveLength(denied);
  expect([...(await held.files()).keys()]).toContain('ANSWER.txt');
});
