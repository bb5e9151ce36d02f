import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { RequestInfo, Viewer } from '../../subgraphs/shared/context.ts';
import { unauthenticated } from '../../subgraphs/shared/errors.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { type Identity, identify } from '../../subgraphs/users/identity.ts';
import type { GatewayContext } from '../sources/embedded.ts';
import type { Caller } from './caller.ts';

/** Somebody who asks Jarvis. */
export interface JarvisCaller extends Caller {
  readonly viewer: Viewer | null;
  /** What it was let in with, to ask again when something about the identity changes. */
  readonly authorization: string | null;
}

/**
 * Who sends a request to Jarvis: reads "Bearer <access token or API key>". Without one it is somebody unknown at an address: some
 * operations (signing in) need nobody.
 * @throws GraphQLError UNAUTHENTICATED when what was sent is not valid, or not any more.
 */
export async function identifyCaller(
  platform: Platform,
  request: IncomingMessage,
  authorization: string | null | undefined,
): Promise<JarvisCaller> {
  const ip = clientAddress(request);
  const identity = await readIdentity(platform, authorization);
  const userAgent = request.headers['user-agent']?.slice(0, 300) ?? null;
  const viewer = identity?.viewer ?? null;
  return {
    viewer,
    authorization: authorization ?? null,
    account: accountOf(viewer, ip),
    sharing: accountOf(viewer, ip),
    isAuthenticated: viewer !== null,
    scopes: viewer?.scopes ?? [],
    isDeveloper: isDeveloper(platform, viewer),
    isTrusted: viewer?.kind === 'session',
    isDelivery: viewer?.kind === 'webhook',
    client: clientName(request),
    expiresAt: identity?.expiresAt ?? null,
    contextOf(facts, standing): GatewayContext {
      const { requestId, idempotencyKey = null } = facts;
      const request: RequestInfo = {
        requestId,
        viewer,
        ip,
        userAgent,
        idempotencyKey,
        // Read when a subgraph wants it, or when the call is written.
        get rateLimit() {
          return standing?.rateLimit();
        },
      };
      return { request };
    },
  };
}

/** A task of our own writes its documents itself, and the assistant looks types up before it does. */
function isDeveloper({ config }: Platform, viewer: Viewer | null): boolean {
  if (config.NODE_ENV !== 'production' || viewer?.kind === 'assistant' || viewer?.kind === 'research') return true;
  return viewer?.scopes.includes('schema:read') ?? false;
}

/** Keys and webhooks have budgets of their own, so that one integration cannot use up its user's. */
function accountOf(viewer: Viewer | null, ip: string | null): string {
  if (!viewer) return `address:${ip ?? 'unknown'}`;
  if (viewer.kind === 'webhook') return `webhooks:${viewer.userId}`;
  return viewer.kind === 'apiKey' ? `key:${viewer.credentialId}` : `user:${viewer.userId}`;
}

/** Whether what somebody was let in with still holds. @throws what is no fault of the credential's. */
export async function isStillValid(platform: Platform, authorization: string): Promise<boolean> {
  try {
    return (await readIdentity(platform, authorization)) !== null;
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code === 'UNAUTHENTICATED') return false;
    throw error;
  }
}

async function readIdentity(platform: Platform, authorization: string | null | undefined): Promise<Identity | null> {
  if (!authorization) return null;
  const [scheme, bearer, ...rest] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || !bearer || rest.length > 0) {
    throw unauthenticated('Authorization must be "Bearer <access token or API key>".');
  }
  return identify(platform, bearer);
}

/** What a program calls itself, in the headers of Apollo's clients. */
function clientName({ headers }: IncomingMessage): string | null {
  const name = headers['apollographql-client-name'] ?? headers['graphql-client-name'];
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : null;
}

/** Address of the client: the socket's, or what our own proxy on this machine or private network says. */
function clientAddress(request: IncomingMessage): string | null {
  const socket = request.socket.remoteAddress ?? null;
  const forwarded = request.headers['x-forwarded-for'];
  if (!forwarded || !socket || !isPrivate(socket)) return socket;
  // The last entry is the one that our proxy added; those before it are the client's own words.
  const last = String(forwarded).split(',').at(-1)?.trim();
  return last && last.length <= 45 ? last : socket;
}

const isPrivate = (address: string) =>
  /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^::1$|^f[cd]/.test(address);
