import { defineConfig } from 'vitest/config';

/** What both suites share. Under CI each writes a report, from which scripts/ci-total.ts counts. */
export function settings(suite: string) {
  const report = `.test-results/${suite}.json`;
  return {
    exclude: ['**/node_modules/**', '**/fixtures/**'],
    pool: 'forks' as const,
    // The terminals and kernels that end-to-end tests start need a core as well.
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', ['json', { outputFile: report }] as ['json', object]] : ['default'],
  };
}

// What takes minutes (test/slow, many runs of the property tests) is in vitest.slow.config.ts: `npm test` stays the
// command to type between two edits.
export default defineConfig({
  test: {
    ...settings('fast'),
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: [...settings('fast').exclude, 'test/slow/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
