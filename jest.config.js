// Of the setup below, which is TypeScript, too.
import 'tsx';

/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  transform: {},
  testEnvironment: 'node',
  // Each worker loads the graph once, not once for each file.
  runtime: '<rootDir>/tests/support/runtime/native.cjs',
  globalSetup: '<rootDir>/tests/support/globalSetup.ts',
  globalTeardown: '<rootDir>/tests/support/globalTeardown.ts',
  testTimeout: 30_000,
  // Two cores: one worker each. More only makes PostgreSQL and the workers wait for each other.
  maxWorkers: 2,
  // Graphs of many files leave garbage behind, and collecting it takes longer and longer.
  workerIdleMemoryLimit: '1500MB',
  // A worker that has run many files holds a gigabyte: after its last line the process takes longer than the usual 500 ms
  // to give that back, and Jest would take it for one that something keeps alive.
  workerGracefulExitTimeout: 10_000,
  reporters: ['default', '<rootDir>/tests/support/summaryReporter.js'],
  modulePathIgnorePatterns: ['<rootDir>/.jarvis/', '<rootDir>/dist/'],
};
