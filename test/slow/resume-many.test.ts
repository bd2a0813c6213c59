/** Kernel processes killed with SIGKILL at 100 random points and more: every one ends as the uninterrupted run does. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/resume-many.ts', import.meta.url));

test('100 kills at random points, all hashes equal', async () => {
  const proc = spawn(process.execPath, [SCRIPT, '--kills', '100', '--json']);
  let out = '';
  proc.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await new Promise((resolve) => proc.once('close', resolve));
  const report = JSON.parse(out) as Record<string, unknown> & { kills: number; spread: number[] };
  console.log(JSON.stringify(report));
  expect(report.different).toEqual([]);
  expect(report.kills).toBeGreaterThanOrEqual(100);
  // Spread over the run: nearly every tenth of it was hit.
  expect(report.spread.filter((n) => n > 0).length).toBeGreaterThanOrEqual(8);
  expect(report.repeated).toMatchObject({ 'brain.requested': expect.any(Number), 'op.requested': expect.any(Number) });
});
