import { z } from 'zod';
import { integer, list, url } from './forms.ts';

/** Where a value stands in an answer: names with dots between them. */
const way = z.string().regex(/^[\w$-]+(\.[\w$-]+)*$/, 'must be names with dots between them');
const fieldMap = z.string().transform((text, ctx) => {
  const wanted = z.strictObject({
    items: way.optional(),
    next: way.optional(),
    id: way,
    text: way.optional(),
    url: way.optional(),
    at: way,
    accountId: way.optional(),
    accountLabel: way.optional(),
  });
  const parsed = wanted.safeParse(attemptJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue({
    code: 'custom',
    message:
      'must be a JSON object of ways into an answer: id and at, and if need be items, next, text, url, accountId, accountLabel',
  });
  return z.NEVER;
});
function attemptJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Variables of the services that people connect, and of the one that pushes to their devices. */
export const serviceVariables = {
  GOOGLE_CLIENT_ID: z
    .string()
    .optional()
    .describe('Gmail and Google Calendar: id of the OAuth client at Google. Unset: neither can be connected'),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('Gmail and Google Calendar: secret of that client'),
  GOOGLE_AUTH_URL: url(['http:', 'https:'])
    .default('https://accounts.google.com/o/oauth2/v2/auth')
    .describe('Where people sign in at Google'),
  GOOGLE_TOKEN_URL: url(['http:', 'https:'])
    .default('https://oauth2.googleapis.com/token')
    .describe('Token endpoint of Google'),
  GOOGLE_REVOKE_URL: url(['http:', 'https:'])
    .default('https://oauth2.googleapis.com/revoke')
    .describe('Where access is given back at Google'),
  GOOGLE_API_URL: url(['http:', 'https:'])
    .default('https://www.googleapis.com')
    .describe('Base address of the APIs of Gmail and Google Calendar'),
  GOOGLE_ISSUER: url(['http:', 'https:'])
    .default('https://accounts.google.com')
    .describe('Who Google says it is when it sends people back'),
  OAUTH2_NAME: z
    .string()
    .optional()
    .describe('Any other service with OAuth 2, whose posts are to be read: its name, for people. Unset: there is none'),
  OAUTH2_CLIENT_ID: z.string().optional().describe('That service: id of the OAuth client there'),
  OAUTH2_CLIENT_SECRET: z.string().optional().describe('That service: secret of that client'),
  OAUTH2_AUTHORIZE_URL: url(['http:', 'https:']).optional().describe('That service: where people sign in'),
  OAUTH2_TOKEN_URL: url(['http:', 'https:']).optional().describe('That service: its token endpoint'),
  OAUTH2_REVOKE_URL: url(['http:', 'https:'])
    .optional()
    .describe('That service: where access is given back. Unset: it has no such address'),
  OAUTH2_ISSUER: url(['http:', 'https:'])
    .optional()
    .describe('That service: who it says it is when it sends people back (RFC 9207). Unset: it does not say'),
  OAUTH2_SCOPES: list.default([]).describe('That service: comma-separated scopes to ask for'),
  OAUTH2_ACCOUNT_URL: url(['http:', 'https:'])
    .optional()
    .describe('That service: says as JSON who signed in. Unset: each person has one account there'),
  OAUTH2_ITEMS_URL: url(['http:', 'https:'])
    .optional()
    .describe('That service: answers the newest posts as JSON, newest first'),
  OAUTH2_FIELDS: fieldMap
    .default({ items: 'items', id: 'id', text: 'text', url: 'url', at: 'created_at' })
    .describe(
      'That service: JSON that says where in its answers things stand, e.g. {"items":"data","next":"paging.next","id":"id","text":"text","url":"url","at":"created_at","accountId":"id","accountLabel":"name"}',
    ),
  APNS_KEY: z
    .string()
    .optional()
    .describe('Key that signs pushes to Apple devices (ES256 private key, PKCS #8 PEM). Unset: nothing is pushed'),
  APNS_KEY_ID: z.string().optional().describe('Id of that key. Needed with APNS_KEY'),
  APNS_TEAM_ID: z.string().optional().describe('Developer team of that key. Needed with APNS_KEY'),
  APNS_TOPIC: z.string().optional().describe('Bundle id of the app that pushes go to. Needed with APNS_KEY'),
  APNS_MACOS_TOPIC: z
    .string()
    .optional()
    .describe('Bundle id of the app on the Mac, where it has one of its own. Unset: APNS_TOPIC'),
  APNS_URL: url(['https:'])
    .default('https://api.push.apple.com')
    .describe('Address of APNs for devices of the environment PRODUCTION'),
  APNS_SANDBOX_URL: url(['https:'])
    .default('https://api.sandbox.push.apple.com')
    .describe('Address of APNs for devices of the environment SANDBOX'),
  APNS_CA: z
    .string()
    .optional()
    .describe('Certificates (PEM) to trust at these addresses instead of the usual ones: for a stand-in of APNs'),
  APNS_TIMEOUT_MS: integer(100, 8_000).default(5_000).describe('Milliseconds that APNs may take to answer'),
  MICROSOFT_CLIENT_ID: z
    .string()
    .optional()
    .describe('Outlook mail and calendar: id of the OAuth client at Microsoft. Unset: neither can be connected'),
  MICROSOFT_CLIENT_SECRET: z.string().optional().describe('Outlook mail and calendar: secret of that client'),
  MICROSOFT_TENANT: z
    .string()
    .regex(/^[\w.-]+$/, 'must be a tenant: an id, a domain, common, organizations or consumers')
    .default('common')
    .describe('Outlook mail and calendar: whose accounts may sign in'),
  MICROSOFT_AUTH_URL: url(['http:', 'https:'])
    .default('https://login.microsoftonline.com')
    .describe('Where people sign in at Microsoft'),
  MICROSOFT_API_URL: url(['http:', 'https:'])
    .default('https://graph.microsoft.com')
    .describe('Base address of Microsoft Graph'),
  PLAID_CLIENT_ID: z
    .string()
    .optional()
    .describe('Bank accounts: id of the account at Plaid. Unset: none can be connected'),
  PLAID_SECRET: z.string().optional().describe('Bank accounts: secret of that account'),
  PLAID_URL: url(['http:', 'https:']).default('https://production.plaid.com').describe('Base address of Plaid'),
  PLAID_COUNTRY_CODES: list
    .default(['US'])
    .describe('Bank accounts: comma-separated countries (ISO 3166-1) whose banks are offered'),
} as const;
