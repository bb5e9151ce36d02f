import { z } from 'zod';
import type { Config } from '../../shared/config.ts';
import { gmail } from './gmail/gmail.ts';
import { googleCalendar } from './googleCalendar/googleCalendar.ts';
import { incomingWebhook } from './incomingWebhook/incomingWebhook.ts';
import { oauth2 } from './oauth2/oauth2.ts';
import { outlookCalendar } from './outlookCalendar/outlookCalendar.ts';
import { outlookMail } from './outlookMail/outlookMail.ts';
import { plaid } from './plaid/plaid.ts';
import type { Provider } from './provider.ts';
import { stripe } from './stripe/stripe.ts';

const names = z.array(z.string().min(1).max(200)).max(100);

const list: readonly Provider[] = [
  {
    id: 'APPLE_HEALTH',
    name: 'Apple Health',
    kind: 'DEVICE',
    data: ['HEALTH'],
    settingsSchema: z.strictObject({
      types: names.optional().describe('HealthKit types that the device sends, e.g. `["stepCount"]`; at most 100.'),
    }),
  },
  {
    id: 'APPLE_CALENDAR',
    name: 'Apple Calendar',
    kind: 'DEVICE',
    data: ['CALENDAR_EVENTS'],
    settingsSchema: z.strictObject({
      calendars: names.optional().describe('Identifiers of the calendars that the device sends; at most 100.'),
    }),
  },
  {
    id: 'APPLE_REMINDERS',
    name: 'Apple Reminders',
    kind: 'DEVICE',
    data: ['REMINDERS'],
    settingsSchema: z.strictObject({
      lists: names.optional().describe('Identifiers of the lists that the device sends; at most 100.'),
    }),
  },
  gmail,
  outlookMail,
  googleCalendar,
  outlookCalendar,
  plaid,
  stripe,
  oauth2,
  incomingWebhook,
];

/** The catalogue, in the order in which it is shown. */
export const providers: ReadonlyMap<string, Provider> = new Map(list.map((provider) => [provider.id, provider]));

/** Why this installation cannot connect a provider: null when it can. Devices can be connected anywhere. */
export function unavailableReason(provider: Provider, config: Config): string | null {
  if (provider.kind === 'DEVICE') return null;
  if (!provider.connect && !provider.receive) return `This installation is not set up to connect to ${provider.name}.`;
  return provider.lacks?.(config) ?? null;
}

/** What people know a provider by. */
export const nameOf = (provider: Provider, config: Config): string => provider.nameIn?.(config) ?? provider.name;
