/** What a command may leave behind has an end: in all, not only in each file. */
import { linkSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAX_BYTES, MAX_ENTRIES, MAX_TOTAL } from '../../src/adapters/worlds/workspace/scan.ts';
import { perform, sh, unfenced, workspace } from '../adapters/worlds/worlds.ts';

const tooMuch = (dir: string): void => {
  for (let i = 0; i <= MAX_TOTAL / MAX_BYTES; i++) {
    writeFileSync(join(dir, `big${i}`), '');
    truncateSync(join(dir, `big${i}`), MAX_BYTES);
  }
};

/** Names of few files, since making a hundred thousand takes minutes. */
const tooMany = (dir: string): void => {
  for (let made = 0; made <= MAX_ENTRIES; ) {
    const sub = join(dir, `d${made}`);
    mkdirSync(sub);
    writeFileSync(join(sub, '0'), '');
    for (let i = 1; i < 10_000; i++) linkSync(join(sub, '0'), join(sub, String(i)));
    made += 10_000;
  }
};

it.each([
  ['bytes', tooMuch, /makes it over 1073741824 bytes in all; .* so it is as before$/],
  ['files', tooMany, /makes it over 100000 files in all; .* so it is as before$/],
])('too many %s fail the op', async (_, act, words) => {
  const w = await workspace(
    { a: '1' },
    unfenced((dir) => void act(dir)),
  );
  const hash = await w.hash();
  expect(await perform(w, sh('x'))).toMatchObject({
    ok: false,
    errno: 'EFBIG',
    detail: expect.stringMatching(words),
    worldHash: hash,
  });
  expect(readdirSync(w.place.dir)).toEqual(['a']);
  expect(await w.hash()).toBe(hash);
});
