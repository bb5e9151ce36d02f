import { type GraphQLSchema, getNamedType, isInputObjectType } from 'graphql';
import { post } from './graph.ts';

/** Tokens of a signed-in session, as the graph's `AuthPayload` gives them. */
export interface Tokens {
  accessToken: string;
  /** When the access token ends: milliseconds since 1970 by this computer's clock, whatever the server's says. */
  expiresAt: number;
  refreshToken: string;
  /** Milliseconds since 1970, by the same clock: of two sets of tokens the newer counts. */
  obtainedAt: number;
  /** What to call the person until the graph has told us. */
  name: string;
}

/** The graph declined; asking again would not help. Everything else thrown here means it could not be reached. */
export class Refused extends Error {}

const authPayload = '{ accessToken accessTokenExpiresAt refreshToken user { id } errors { message } }';

/** Whether the sign-in that exists in development only works here. A schema alone does not tell: it has the field anyway. */
export async function offersDevelopmentSignIn(schema: GraphQLSchema): Promise<boolean> {
  if (!schema.getMutationType()?.getFields().signInForDevelopment) return false;
  const { answer } = await post({ query: 'query ExplorerServer { serverInfo { developmentSignIn } }' }, null);
  return (answer.data?.serverInfo as { developmentSignIn: boolean } | undefined)?.developmentSignIn ?? true;
}

/** @throws Refused */
export function signInForDevelopment(email: string, schema: GraphQLSchema): Promise<Tokens> {
  const query = `mutation ExplorerSignIn($input: ${inputType(schema, 'signInForDevelopment')}) {
    result: signInForDevelopment(input: $input) ${authPayload}
  }`;
  return authenticate(query, { input: { email } }, email);
}

/** Exchanges a refresh token, which the graph accepts once. @throws Refused */
export function refreshSession({ refreshToken, name }: Tokens): Promise<Tokens> {
  // Runs before the schema is known, hence no variable of the input's own type.
  const query = `mutation ExplorerRefresh($refreshToken: String!) {
    result: refreshSession(input: { refreshToken: $refreshToken }) ${authPayload}
  }`;
  return authenticate(query, { refreshToken }, name);
}

/** Ends the session on the server too, where the graph has `signOut`. Fails quietly: the tokens are forgotten anyway. */
export async function signOut(tokens: Tokens, schema: GraphQLSchema | null | undefined): Promise<void> {
  const field = schema?.getMutationType()?.getFields().signOut;
  if (!field) return;
  const argument = field.args.find((arg) => arg.name === 'input');
  const type = argument && getNamedType(argument.type);
  const takesToken = isInputObjectType(type) && 'refreshToken' in type.getFields();
  const query = argument
    ? `mutation ExplorerSignOut($input: ${argument.type}) { signOut(input: $input) { __typename } }`
    : 'mutation ExplorerSignOut { signOut { __typename } }';
  const input = takesToken ? { refreshToken: tokens.refreshToken } : {};
  await post({ query, ...(argument && { variables: { input } }) }, `Bearer ${tokens.accessToken}`).catch(() => {});
}

/** What the graph calls the viewer, from whichever of the usual fields it has; null when nobody is signed in. */
export async function viewerName(schema: GraphQLSchema, authorization: string): Promise<string | null> {
  const viewer = schema.getQueryType()?.getFields().viewer;
  const type = viewer && getNamedType(viewer.type);
  if (!type || !('getFields' in type)) return null;
  const fields = ['displayName', 'name', 'email', 'id'].filter((field) => field in type.getFields());
  if (!fields.length) return null;
  const { answer } = await post({ query: `query ExplorerViewer { viewer { ${fields.join(' ')} } }` }, authorization);
  const found = answer.data?.viewer as Record<string, string | null> | null | undefined;
  return fields.map((field) => found?.[field]).find(Boolean) ?? null;
}

function inputType(schema: GraphQLSchema, mutation: string): string {
  const field = schema.getMutationType()?.getFields()[mutation];
  return String(field?.args.find((argument) => argument.name === 'input')?.type ?? 'JSON');
}

async function authenticate(query: string, variables: unknown, name: string): Promise<Tokens> {
  const { status, answer, clockAhead } = await post({ query, variables }, null);
  const result = answer.data?.result as AuthPayload | null | undefined;
  if (result?.accessToken && result.refreshToken && result.accessTokenExpiresAt) {
    return {
      accessToken: result.accessToken,
      expiresAt: Date.parse(result.accessTokenExpiresAt) - clockAhead,
      refreshToken: result.refreshToken,
      obtainedAt: Date.now(),
      name,
    };
  }
  const message = result?.errors?.[0]?.message ?? answer.errors?.[0]?.message ?? `status ${status}`;
  // A gateway that is starting, overloaded or broken has not judged the token: the caller may try again.
  const code = answer.errors?.[0]?.extensions?.code;
  const passing = status >= 500 || status === 429 || passingCodes.has(code ?? '');
  throw passing ? new Error(message) : new Refused(message);
}

const passingCodes = new Set(['INTERNAL_SERVER_ERROR', 'UPSTREAM_FAILED', 'RATE_LIMITED']);

interface AuthPayload {
  accessToken: string | null;
  accessTokenExpiresAt: string | null;
  refreshToken: string | null;
  errors: { message: string }[];
}
