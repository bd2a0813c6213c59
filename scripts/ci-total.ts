// The last line of .ci/run: how many tests passed, failed and were skipped, over all suites that it started.
import { existsSync, readFileSync } from 'node:fs';

export interface Total {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Sums reports of vitest's json reporter. A suite whose report is missing (it crashed, or was never reached) and a test
 * file that could not be loaded count as one failure each.
 */
export function total(reports: string[]): Total {
  const sum: Total = { passed: 0, failed: 0, skipped: 0 };
  for (const path of reports) {
    if (!existsSync(path)) {
      sum.failed++;
      continue;
    }
    const report = JSON.parse(readFileSync(path, 'utf8'));
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests;
    sum.skipped += report.numPendingTests + report.numTodoTests;
    for (const file of report.testResults)
      if (file.status === 'failed' && file.assertionResults.length === 0) sum.failed++;
  }
  return sum;
}

if (import.meta.main) {
  const { passed, failed, skipped } = total(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
}
