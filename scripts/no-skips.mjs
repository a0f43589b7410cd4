// node scripts/no-skips.mjs NAME=REPORT ...: sums up Jest's JSON reports; fails on a failed, skipped or todo test, and on a run
// without tests. Its last line is `N passed, N failed, N skipped`.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

function readReport(argument) {
  const [name, path] = argument.split(/=(.*)/s);
  return { name, results: existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined };
}

function notRun({ testResults }) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => !['passed', 'failed'].includes(status))
      .map(({ status, fullName }) => `${status}: ${relative(process.cwd(), name)}: ${fullName}`),
  );
}

const total = { passed: 0, failed: 0, skipped: 0 };
let sound = process.argv.length > 2;
for (const { name, results } of process.argv.slice(2).map(readReport)) {
  if (!results || results.numTotalTests === 0) {
    console.log(`${name}: ran no test`);
    sound = false;
    continue;
  }
  const skipped = results.numPendingTests + results.numTodoTests;
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  console.log(`${name}: ${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  notRun(results).forEach((line) => console.log(`  ${line}`));
  total.passed += results.numPassedTests;
  total.failed += failed;
  total.skipped += skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (!sound || total.failed > 0 || total.skipped > 0) process.exitCode = 1;
