/**
 * Ends a run with one line for people and scripts: `N passed, N failed`, and `, N skipped` when there are such.
 * With JARVIS_NO_SKIP set, a skipped test fails the run: there, everything a test needs is expected to be at hand.
 */
export default class SummaryReporter {
  #skipped = 0;

  onRunComplete(_contexts, results) {
    // A file that could not even be loaded has no tests to count: it counts as one that failed.
    const failed = results.numFailedTests + (results.numRuntimeErrorTestSuites ?? 0);
    this.#skipped = results.numPendingTests + results.numTodoTests;
    const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : '';
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${skipped}\n`);
  }

  getLastError() {
    if (!process.env.JARVIS_NO_SKIP || this.#skipped === 0) return undefined;
    return new Error(`${this.#skipped} tests were skipped, which JARVIS_NO_SKIP forbids.`);
  }
}
