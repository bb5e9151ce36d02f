import { describe, expect, test } from '@jest/globals';
import { readAccept } from '../../../gateway/transport/negotiation.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';

describe('what a client can read', () => {
  test.each([
    [undefined, json],
    ['*/*', json],
    ['application/*', json],
    [json, json],
    [graphql, graphql],
    [`${graphql}, ${json}`, graphql],
    [`${json}, ${graphql}`, json],
    [`${json};q=0.5, ${graphql};q=0.9`, graphql],
    [`${graphql};q=0, ${json}`, json],
    [`${graphql}; charset=utf-8, ${json}; charset=utf-8`, graphql],
    ['APPLICATION/JSON', json],
    ['text/html, */*;q=0.1', json],
    ['text/html', undefined],
    ['', undefined],
    ['q=;;;,,', undefined],
  ])('of "%s" is %s', (header, type) => {
    expect(readAccept(header)).toEqual({ type, defer: false, subscription: undefined });
  });

  test('may be parts of a deferred answer, as Apollo’s clients ask for them', () => {
    expect(readAccept(`multipart/mixed;deferSpec=20220824, ${graphql}, ${json}`)).toEqual({
      type: graphql,
      defer: true,
      subscription: undefined,
    });
  });

  test('may be the events of a subscription', () => {
    const multipart = `multipart/mixed;boundary="graphql";subscriptionSpec="1.0", ${json}`;
    expect(readAccept(multipart)).toEqual({ type: json, defer: false, subscription: 'multipart' });
    expect(readAccept('text/event-stream')).toEqual({ type: undefined, defer: false, subscription: 'sse' });
  });

  test('is remembered, and what is remembered stays bounded', () => {
    for (let n = 0; n < 1_000; n++) expect(readAccept(`text/x-${n}, ${json}`).type).toBe(json);
    expect(readAccept('text/x-5, application/json')).toBe(readAccept('text/x-5, application/json'));
  });
});
