import { Agent, get, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createDoor } from '../../../gateway/transport/door.ts';
import { until } from '../../support/until.ts';

/** A client that keeps its connections, as all of them do. */
let agent: Agent;
afterEach(() => agent.destroy());

/** A door whose one route answers when the test does. */
async function start() {
  agent = new Agent({ keepAlive: true });
  const running: ServerResponse[] = [];
  const answered: [string, number][] = [];
  const door = createDoor({
    routes: { '/': (_request, response) => void running.push(response) },
    onAnswer: (route, status) => void answered.push([route, status]),
  });
  const port = await door.listen(0, '127.0.0.1');
  const ask = () =>
    new Promise<{ text: string; connection: string | undefined }>((done, fail) => {
      get({ port, host: '127.0.0.1', agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => done({ text, connection: response.headers.connection }));
      }).on('error', fail);
    });
  return { door, running, answered, ask };
}

/** So long that a test which waits for it fails. */
const never = 10 ** 6;

describe('a door that closes', () => {
  test('waits for what runs, and for no connection that was kept after it', async () => {
    const { door, running, answered, ask } = await start();
    const asked = ask();
    await until('it runs', () => running.length === 1);
    const closed = door.close(never);
    running[0]!.end('late');
    expect(await asked).toEqual({ text: 'late', connection: 'close' });
    await closed;
    expect(answered).toEqual([['/', 200]]);
  });

  test('waits for an answer that has begun, too', async () => {
    const { door, running, ask } = await start();
    const asked = ask();
    await until('it runs', () => running.length === 1);
    running[0]!.write('first ');
    const closed = door.close(never);
    running[0]!.end('last');
    expect((await asked).text).toBe('first last');
    await closed;
  });

  test('does not wait for connections on which nothing runs', async () => {
    const { door, running, ask } = await start();
    const asked = ask();
    await until('it runs', () => running.length === 1);
    running[0]!.end();
    expect((await asked).connection).toBe('keep-alive');
    await door.close(never);
  });

  test('cuts off what takes too long', async () => {
    const { door, running, ask } = await start();
    const asked = ask();
    await until('it runs', () => running.length === 1);
    const closed = door.close(0);
    await expect(asked).rejects.toThrow('socket hang up');
    await closed;
  });
});
