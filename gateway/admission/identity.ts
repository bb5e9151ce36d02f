import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../../subgraphs/shared/context.ts';
import { unauthenticated } from '../../subgraphs/shared/errors.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { identify } from '../../subgraphs/users/identity.ts';

/** Who sends a request, and until when that holds. */
export interface Identity {
  viewer: Viewer;
  /** End of the access token or API key; null when it has none. */
  expiresAt: Date | null;
}

/**
 * Reads "Bearer <access token or API key>".
 * @returns null when nothing was sent: some operations (signing in) need nobody.
 * @throws GraphQLError UNAUTHENTICATED when what was sent is not valid, or no longer.
 */
export async function readIdentity(
  platform: Platform,
  authorization: string | null | undefined,
): Promise<Identity | null> {
  if (!authorization) return null;
  const [scheme, bearer, ...rest] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || !bearer || rest.length > 0) {
    throw unauthenticated('Authorization must be "Bearer <access token or API key>".');
  }
  return identify(platform, bearer);
}

/** Address of the client: the socket's, or what our own proxy on this machine or private network says. */
export function clientAddress(request: IncomingMessage): string | null {
  const socket = request.socket.remoteAddress ?? null;
  const forwarded = request.headers['x-forwarded-for'];
  if (!forwarded || !socket || !isPrivate(socket)) return socket;
  // The last entry is the one that our proxy added; those before it are the client's own words.
  const last = String(forwarded).split(',').at(-1)?.trim();
  return last && last.length <= 45 ? last : socket;
}

const isPrivate = (address: string) =>
  /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^::1$|^f[cd]/.test(address);
