import { describe, expect, test } from '@jest/globals';
import { appleKey } from '../../subgraphs/users/appleKeys.ts';
import { apple, beginApple, document, freshNonce, graph, person, run, signIn, stranger } from './appleGraph.ts';

beginApple();

describe("Apple's keys", () => {
  test('a new one is accepted within one request', async () => {
    await person({ sub: 'rotating' });
    await apple.rotate({ keep: true });
    const before = apple.hits['/auth/keys']!;
    await person({ sub: 'rotating' });
    await person({ sub: 'rotating' });
    expect(apple.hits['/auth/keys']).toBe(before + 1);
  });

  test('a new one is found by everybody who asks for it while it is being fetched', async () => {
    await person({ sub: 'rotating' });
    await apple.rotate({ keep: true });
    const before = apple.hits['/auth/keys']!;
    const { kid } = apple.key;
    const asked = ['made up', kid, kid].map((one) => appleKey(graph.platform, one));
    expect((await Promise.all(asked)).map((key) => key !== null)).toEqual([false, true, true]);
    expect(apple.hits['/auth/keys']).toBe(before + 1);
  });

  test('a thousand made-up key ids lead to at most two requests', async () => {
    const before = apple.hits['/auth/keys']!;
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const input = {
            identityToken: await apple.token({ nonce: 'n' }, { kid: `${batch} ${n}` }, stranger),
            nonce: 'n',
          };
          const answer = await graph.as(null).data(document, { input }, { ip: `10.0.0.${batch}` });
          expect(answer.signInWithApple.errors).toMatchObject([{ code: 'INVALID' }]);
        }),
      );
    }
    expect(apple.hits['/auth/keys']! - before).toBeLessThanOrEqual(2);
  }, 30_000);

  test('known ones still work while Apple is down, also after a day', async () => {
    await person({ sub: 'down' });
    apple.mode = 'down';
    graph.clock.advance(10 * 60_000);
    await person({ sub: 'down' });
    graph.clock.advance(2 * 86_400_000);
    await person({ sub: 'down' });
    const nonce = freshNonce();
    const unknown = await run(await apple.token({ nonce }, {}, stranger), nonce);
    expect(unknown.errors?.[0]?.extensions?.code).toBe('UPSTREAM_FAILED');
  });

  test('an Apple that does not answer fails the sign-in within 5 seconds, and nothing else waits', async () => {
    apple.mode = 'hung';
    graph.clock.advance(2 * 86_400_000);
    const nonce = freshNonce();
    const started = performance.now();
    const waiting = run(await apple.token({ nonce }, {}, stranger), nonce);
    const ana = await graph.person();
    await ana.data('{ viewer { id } }');
    expect(performance.now() - started).toBeLessThan(2_000);
    expect((await waiting).errors?.[0]?.extensions?.code).toBe('UPSTREAM_FAILED');
    expect(performance.now() - started).toBeLessThan(5_000);
  }, 10_000);

  test('one that was withdrawn is refused a day later', async () => {
    const old = apple.key;
    await person({ sub: 'withdrawn' });
    await apple.rotate();
    graph.clock.advance(24 * 3_600_000 + 1);
    const nonce = freshNonce();
    expect(await signIn(await apple.token({ nonce }, {}, old), nonce)).toMatchObject({ errors: [{ code: 'INVALID' }] });
    await person({ sub: 'withdrawn' });
  });
});
