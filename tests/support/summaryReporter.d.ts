export default class SummaryReporter {
  onRunComplete(contexts: unknown, results: object): void;
  getLastError(): Error | undefined;
}
