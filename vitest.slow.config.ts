import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { settings } from './vitest.config.ts';

// Property tests are known by what they import; here each tries ten times as much.
process.env.FC_RUNS ??= '10000';
const properties = globSync('test/**/*.test.{ts,tsx}').filter((file) =>
  /['"]fast-check['"]/.test(readFileSync(file, 'utf8')),
);

export default defineConfig({
  test: {
    ...settings('slow'),
    include: ['test/slow/**/*.test.{ts,tsx}', ...properties],
    passWithNoTests: true,
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
});
