import { expect, test } from '@jest/globals';
import { runProcess } from '../support/process.ts';

/** A process that has begun to stop, and has something that ends only by itself after so many milliseconds. */
const stopping = (lasts: number) =>
  runProcess(
    [
      '--input-type=module',
      '--eval',
      `import { exitAtLast } from './subgraphs/shared/start.ts';
       import { createLog } from './subgraphs/shared/log.ts';
       exitAtLast(createLog('error'), () => 'the database', 500);
       setTimeout(() => console.log('ended by itself'), ${lasts});`,
    ],
    {},
  );

test('a stop that hangs ends the process, which says what it was waiting for', async () => {
  const { code, output } = await stopping(60_000);
  expect(code).toBeNull();
  expect(JSON.parse(output)).toMatchObject({
    waitingFor: 'the database',
    resources: expect.arrayContaining(['Timeout']),
  });
});

test('one that does not hang is left alone, and not held up', async () => {
  expect(await stopping(0)).toEqual({ code: 0, output: 'ended by itself\n' });
});
