import { expect, test } from '@jest/globals';
import { noticeCorrelations } from '../../../subgraphs/chat/insights/correlations.ts';
import { phrased } from '../../../subgraphs/chat/insights/phrasing.ts';
import { noticeTrends } from '../../../subgraphs/chat/insights/trends.ts';
import { correlationsOf, pair, trend, trendsOf } from './answers.ts';

const [running] = noticeTrends(trendsOf(trend));
const [sleep] = noticeCorrelations(correlationsOf(pair));

test.each([
  [running!, 'You covered 84.25 km with “Run”, up 40 % from 60 km.'],
  [running!, 'In the last four weeks “Run” came to 84.25 km: well done!'],
  [sleep!, 'Days with more “Sleep” are associated with more “Run” on the next (r = 0.52).'],
])('a model’s words are taken when code finds nothing in them that is not in the evidence', async (draft, text) => {
  expect(await phrased(draft, 'user_1', async () => ` ${text}\n`)).toEqual({ text, origin: 'MODEL' });
});

test.each([
  ['a number of its own', running!, 'You ran 84.25 km, that is 24.25 km more.'],
  ['a number rounded otherwise', running!, 'You ran about 84 km.'],
  ['a number in words', running!, 'You ran twice as much, 84.25 km.'],
  ['a link', running!, 'You ran 84.25 km, see https://example.com.'],
  ['a picture', running!, 'You ran 84.25 km ![x](y)'],
  ['no end', running!, 'run '.repeat(500)],
  ['nothing', running!, '  '],
  ['a cause', sleep!, 'More “Sleep” leads to more “Run”; they are associated (r = 0.52).'],
  ['no word on what an association is', sleep!, 'With more “Sleep” comes more “Run” (r = 0.52).'],
])('the fixed sentence stays when the model says %s', async (_, draft, text) => {
  expect(await phrased(draft, 'user_1', async () => text)).toEqual({ text: draft.text, origin: 'TEMPLATE' });
});

test('the fixed sentence stays without a model, and when it fails or has nothing to say', async () => {
  const fixed = { text: running!.text, origin: 'TEMPLATE' };
  expect(await phrased(running!, 'user_1', undefined)).toEqual(fixed);
  expect(await phrased(running!, 'user_1', async () => null)).toEqual(fixed);
  expect(await phrased(running!, 'user_1', () => Promise.reject(new Error('no money')))).toEqual(fixed);
});
