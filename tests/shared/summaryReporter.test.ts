import { afterEach, expect, jest, test } from '@jest/globals';
import SummaryReporter from '../support/summaryReporter.js';

const write = jest.spyOn(process.stdout, 'write');
afterEach(() => {
  delete process.env.JARVIS_NO_SKIP;
  write.mockReset();
});

function report(results: object) {
  write.mockImplementation(() => true);
  const reporter = new SummaryReporter();
  reporter.onRunComplete([], {
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    ...results,
  });
  return { line: write.mock.calls.map(([text]) => text).join(''), error: reporter.getLastError() };
}

test.each([
  [{}, '5 passed, 0 failed\n'],
  [{ numFailedTests: 2 }, '5 passed, 2 failed\n'],
  [{ numPendingTests: 1, numTodoTests: 2 }, '5 passed, 0 failed, 3 skipped\n'],
  [{ numRuntimeErrorTestSuites: 1 }, '5 passed, 1 failed\n'],
])('%j is reported as one line', (results, line) => {
  expect(report(results)).toEqual({ line, error: undefined });
});

test('with JARVIS_NO_SKIP a skipped test fails the run', () => {
  process.env.JARVIS_NO_SKIP = '1';
  expect(report({}).error).toBeUndefined();
  expect(report({ numPendingTests: 1 }).error?.message).toContain('1 tests were skipped');
});
