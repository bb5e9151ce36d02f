import type { Provider } from '../provider.ts';
import { readBody, settings } from './body.ts';
import { isStandardWebhook } from './signature.ts';

/** Anything that can send JSON with a signature (Standard Webhooks): shortcuts, scripts, services without a provider of their own. */
export const incomingWebhook: Provider = {
  id: 'INCOMING_WEBHOOK',
  name: 'Incoming webhook',
  kind: 'WEBHOOK',
  data: ['ANYTHING'],
  settingsSchema: settings,
  receive: {
    secret: { madeBy: 'JARVIS' },
    verify: async (call) => isStandardWebhook(call),
    read({ headers, body, connection, outside }) {
      const id = headers['webhook-id']!;
      const name = headers['webhook-type'];
      const item = readBody({ id, body, name, settings: connection.settings, now: outside.now() });
      return item && { id, delivery: { resets: [], removed: [], items: [item] } };
    },
  },
};
