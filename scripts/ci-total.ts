// The last lines of .ci/run: each failed test by name with its reason, then how many tests passed, failed and were
// skipped, over all suites that it started.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Total {
  passed: number;
  failed: number;
  skipped: number;
  /** One line per failure: the file, the test's full name, the first line of what it said. */
  failures: string[];
}

const firstLine = (text: string | undefined) =>
  stripVTControlCharacters(text ?? '')
    .split('\n', 1)[0]
    ?.slice(0, 300) ?? '';

/**
 * Sums reports of vitest's json reporter. A suite whose report is missing (it crashed, or was never reached) and a test
 * file that could not be loaded count as one failure each.
 */
export function total(reports: string[]): Total {
  const sum: Total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const path of reports) {
    if (!existsSync(path)) {
      sum.failed++;
      sum.failures.push(`${path}: no report: the suite crashed or was not reached`);
      continue;
    }
    const report = JSON.parse(readFileSync(path, 'utf8'));
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests;
    sum.skipped += report.numPendingTests + report.numTodoTests;
    for (const file of report.testResults) {
      const name = relative('.', file.name);
      if (file.status === 'failed' && file.assertionResults.length === 0) {
        sum.failed++;
        sum.failures.push(`${name}: ${firstLine(file.message)}`);
      }
      for (const test of file.assertionResults)
        if (test.status === 'failed')
          sum.failures.push(`${name} > ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`);
    }
  }
  return sum;
}

if (import.meta.main) {
  const { passed, failed, skipped, failures } = total(process.argv.slice(2));
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
}
