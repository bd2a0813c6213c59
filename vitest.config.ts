import { defineConfig } from 'vitest/config';

// Suites under test/slow run from vitest.slow.config.ts: they take minutes, and `npm test` has to stay the command
// that one types between two edits.
export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/slow/**', '**/fixtures/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
