import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { total } from '../../scripts/ci-total.ts';
import { requires } from '../helpers/requires.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turingos-ci-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function report(name: string, counts: object, testResults: object[] = []): string {
  const path = join(dir, name);
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  writeFileSync(path, JSON.stringify({ ...none, ...counts, testResults }));
  return path;
}

test('the total sums all suites, names what failed and why, and todo counts as skipped', () => {
  const fast = report('fast.json', { numPassedTests: 10, numPendingTests: 2, numTodoTests: 1 });
  const slow = report('slow.json', { numPassedTests: 3, numFailedTests: 1 }, [
    {
      name: join(process.cwd(), 'test/a.test.ts'),
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'one works' },
        {
          status: 'failed',
          fullName: 'two works',
          failureMessages: ['\u001b[31mError: no two\u001b[39m\n    at b.ts:1'],
        },
      ],
    },
  ]);
  expect(total([fast, slow])).toEqual({
    passed: 13,
    failed: 1,
    skipped: 3,
    failures: ['test/a.test.ts > two works: Error: no two'],
  });
});

test('a suite without a report and a file that did not load are failures', () => {
  const broken = report('fast.json', { numPassedTests: 1 }, [
    { name: join(process.cwd(), 'test/a.test.ts'), status: 'failed', message: 'no such import', assertionResults: [] },
    { name: join(process.cwd(), 'test/b.test.ts'), status: 'failed', assertionResults: [{ status: 'passed' }] },
  ]);
  const missing = join(dir, 'slow.json');
  expect(total([broken, missing])).toEqual({
    passed: 1,
    failed: 2,
    skipped: 0,
    failures: ['test/a.test.ts: no such import', `${missing}: no report: the suite crashed or was not reached`],
  });
});

test('a test that needs a missing package is skipped by name, and fails under CI', () => {
  expect(requires('tmux', { PATH: dir })).toMatch(/system package tmux/);
  expect(() => requires('bubblewrap', { PATH: dir, CI: 'true' })).toThrow(/system package bubblewrap.*bwrap/);
  writeFileSync(join(dir, 'tmux'), '', { mode: 0o755 });
  expect(requires('tmux', { PATH: `/nowhere:${dir}`, CI: 'true' })).toBeUndefined();
});
