import type { StreamFormat } from './responseStreams.ts';

/**
 * The boundary that Apollo's router uses for both protocols. Its clients cut the body at `--graphql` wherever it stands, so in answers it
 * must not.
 */
const boundary = 'graphql';
const delimiter = `\r\n--${boundary}`;
/** Old clients compare the header's name as it is written here. */
const header = '\r\ncontent-type: application/json\r\n\r\n';

/** The boundary's text can only stand inside a string, where JSON lets any character be written by its number. */
const safe = (text: string) => (text.includes('--graphql') ? text.replaceAll('--graphql', '\\u002d-graphql') : text);

/** A delimiter after each part and not before the next, for clients read a part only once its end has come. */
const part = (text: string) => `${header}${safe(text)}${delimiter}`;

/**
 * Subscriptions as Apollo iOS, Kotlin and Client speak them over HTTP: `multipart/mixed;subscriptionSpec=1.0`. Each answer is the `payload` of
 * a part; errors beside the payload end the subscription.
 */
export const multipartSubscription: StreamFormat = {
  contentType: `multipart/mixed;boundary="${boundary}";subscriptionSpec=1.0`,
  start: delimiter,
  heartbeat: part('{}'),
  next: (text) => part(`{"payload":${text}}`),
  end: (errors) => `${errors ? part(JSON.stringify({ payload: null, errors })) : ''}--\r\n`,
};

/** `@defer` as the same clients read it: `multipart/mixed;deferSpec=20220824`. The first text is the answer, later ones its `incremental`. */
export const multipartDefer: Pick<StreamFormat, 'contentType' | 'start' | 'next'> & { readonly end: string } = {
  contentType: `multipart/mixed;boundary="${boundary}";deferSpec=20220824`,
  start: delimiter,
  next: part,
  end: '--\r\n',
};
