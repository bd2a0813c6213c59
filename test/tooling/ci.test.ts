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

test('the total sums all suites, and todo counts as skipped', () => {
  const fast = report('fast.json', { numPassedTests: 10, numPendingTests: 2, numTodoTests: 1 });
  const slow = report('slow.json', { numPassedTests: 3, numFailedTests: 1 });
  expect(total([fast, slow])).toEqual({ passed: 13, failed: 1, skipped: 3 });
});

test('a suite without a report and a file that did not load are failures', () => {
  const broken = report('fast.json', { numPassedTests: 1 }, [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{}] },
  ]);
  expect(total([broken, join(dir, 'slow.json')])).toEqual({ passed: 1, failed: 2, skipped: 0 });
});

test('a test that needs a missing package is skipped by name, and fails under CI', () => {
  expect(requires('tmux', { PATH: dir })).toMatch(/system package tmux/);
  expect(() => requires('bubblewrap', { PATH: dir, CI: 'true' })).toThrow(/system package bubblewrap.*bwrap/);
  writeFileSync(join(dir, 'tmux'), '', { mode: 0o755 });
  expect(requires('tmux', { PATH: `/nowhere:${dir}`, CI: 'true' })).toBeUndefined();
});
