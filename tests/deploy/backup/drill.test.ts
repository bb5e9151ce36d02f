import { expect, test } from '@jest/globals';
import { runProcess } from '../../support/process.ts';

/** The whole drill, with its tenant matrix, when DRILL is `full`: half a minute more. */
const isFull = process.env.DRILL === 'full';

test('the drill restores a demo that was lost amid writes, serves it, and says what was lost and how long it took', async () => {
  const { code, output } = await runProcess(['scripts/restoreDrill.ts', ...(isFull ? [] : ['--quick'])], {});
  expect([code, output]).toEqual([0, expect.stringContaining('The drill succeeded.')]);
  for (const line of [
    /[1-9]\d* mutations of 3 writers meanwhile/,
    /ok {3}\d{5} rows of \d+ tables are those of the manifest/,
    /ok {3}erased again: 1\n/,
    /ok {3}audit log: \d+ entries of \d+ people hold/,
    /ok {3}[2-9]\d shared operations are answered/,
    ...(isFull ? [/ok {3}tenants: [1-9]\d\d cells/] : []),
    /Recovery point: \d+\.\d s .*\nRecovery time: \d+\.\d s/,
  ])
    expect(output).toMatch(line);
}, 180_000);
