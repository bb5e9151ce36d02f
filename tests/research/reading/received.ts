import { readFileSync } from 'node:fs';
import type { Received } from '../../../subgraphs/research/reading/encoding.ts';

/** What a server would have sent. */
export const received = (
  body: string | Uint8Array,
  contentType: string | null = null,
  url = 'https://example.org/here',
): Received => ({
  url,
  contentType,
  charset: null,
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
});

export const fixture = (name: string, contentType: string | null = null): Received =>
  received(readFileSync(new URL(`fixtures/${name}`, import.meta.url)), contentType);
