import { describe, expect, test } from '@jest/globals';
import { isDatabaseAway } from '../../subgraphs/shared/db.ts';

describe('a database that is away', () => {
  test.each([
    "Can't reach database server at 127.0.0.1:5432",
    'Database error. Code: `57P01`. Message: `terminating connection due to administrator command`',
    'Database error. Code: `57P01`. Message: `terminating connection due to unexpected postmaster exit`',
    'Database error. Code: `57P02`. Message: `terminating connection because of crash of another server process`',
    'Database error. Code: `57P03`. Message: `the database system is not yet accepting connections`',
    'the database system is starting up',
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Transaction API error: Unable to start a transaction in the given time.',
    'sorry, too many clients already',
    'Raw query failed. Code: `N/A`. Message: `Server has closed the connection.`',
    'Database error. Code: `53100`. Message: `could not extend file "base/1/2": No space left on device`',
    'cannot execute INSERT in a read-only transaction',
    'Client has encountered a connection error and is not queryable',
  ])('is known by what it says: %s', (message) => {
    expect(isDatabaseAway(new Error(message))).toBe(true);
  });

  test('is not what is wrong with a request', () => {
    for (const message of [
      'duplicate key value',
      'Code: `57014`. Message: `canceling statement due to timeout`',
      'no',
    ]) {
      expect(isDatabaseAway(new Error(message))).toBe(false);
    }
    expect(isDatabaseAway('Connection terminated')).toBe(false);
  });
});
