import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { mayReadMetrics } from '../../../subgraphs/shared/telemetry/access.ts';

const token = 'a-token-of-the-scraper';
const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

test.each([
  ['127.0.0.1', {}, true],
  ['::1', {}, true],
  ['::ffff:127.0.0.1', {}, true],
  ['10.0.0.7', {}, false],
  ['1270.0.0.1', {}, false],
  ['2001:db8::1', {}, false],
  // What a proxy on this machine passes on comes from anywhere.
  ['127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, false],
  ['127.0.0.1', { forwarded: 'for=203.0.113.9' }, false],
])('without a token, %s with the headers %j may read: %s', (address, headers, may) => {
  expect(mayReadMetrics(from(address, headers), undefined)).toBe(may);
});

test.each([
  ['127.0.0.1', undefined, false],
  ['127.0.0.1', 'Bearer wrong', false],
  ['127.0.0.1', `Basic ${token}`, false],
  ['203.0.113.9', `Bearer ${token}`, true],
  ['203.0.113.9', `bearer ${token}`, true],
  ['203.0.113.9', `Bearer ${token}x`, false],
])('with a token, %s with the authorization %s may read: %s', (address, authorization, may) => {
  expect(mayReadMetrics(from(address, authorization ? { authorization } : {}), token)).toBe(may);
});
