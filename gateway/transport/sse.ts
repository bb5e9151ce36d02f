import type { GraphQLFormattedError } from 'graphql';
import type { StreamFormat } from './responseStreams.ts';

/**
 * GraphQL over Server-Sent Events, distinct connections mode (the protocol of the package graphql-sse). What is refused before it runs is an
 * event as well: a browser's `EventSource` tells nothing of other statuses than 200.
 */
export const sse: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  // Sends the headers, so that a client knows that it is connected before something happens.
  start: ':\n\n',
  heartbeat: ':\n\n',
  next: (text) => `event: next\ndata: ${onOneLine(text)}\n\n`,
  // An `EventSource` ignores events without data.
  end: (errors) => `${errors ? sse.next(errorsText(errors)) : ''}event: complete\ndata:\n\n`,
};

const errorsText = (errors: readonly GraphQLFormattedError[]) => JSON.stringify({ errors });

/** Inside JSON, line breaks stand between tokens only. */
const onOneLine = (text: string) => (/[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text);
