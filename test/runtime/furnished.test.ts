/** Directories that were made for new runs, where the disk takes nothing more. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { furnished } from '../../src/runtime/launch.ts';

test('a fork that finds no room leaves no directory behind, and none of those made with it', () => {
  const home = mkdtempSync(join(tmpdir(), 'furnished-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const made = ['one', 'two'].map((name) => join(home, name));
  for (const dir of made) mkdirSync(dir);
  const full = Object.assign(new Error('no room'), { code: 'ENOSPC' });
  expect(() =>
    furnished(made, () => {
      writeFileSync(join(made[1] as string, 'grader.json'), '{}');
      throw full;
    }),
  ).toThrow(/nothing can be written to .*two \(ENOSPC\): make room/);
  expect(made.filter((dir) => existsSync(dir))).toEqual([]);
});
