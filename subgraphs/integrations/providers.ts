import { z } from 'zod';
import type { IntegrationData, IntegrationKind, IntegrationProviderId } from './generated.ts';

/** A service or device that Jarvis knows how to work with. Adding one is adding it here. */
export interface Provider {
  id: IntegrationProviderId;
  name: string;
  kind: IntegrationKind;
  data: IntegrationData[];
  /** What a connection's settings may be; each member's `describe` text is shown to clients. */
  settingsSchema: z.ZodObject;
}

const names = z.array(z.string().min(1).max(200)).max(100);
const none = z.strictObject({});

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
  { id: 'GMAIL', name: 'Gmail', kind: 'OAUTH', data: ['MAIL'], settingsSchema: none },
  { id: 'OUTLOOK_MAIL', name: 'Outlook mail', kind: 'OAUTH', data: ['MAIL'], settingsSchema: none },
  { id: 'GOOGLE_CALENDAR', name: 'Google Calendar', kind: 'OAUTH', data: ['CALENDAR_EVENTS'], settingsSchema: none },
  { id: 'OUTLOOK_CALENDAR', name: 'Outlook calendar', kind: 'OAUTH', data: ['CALENDAR_EVENTS'], settingsSchema: none },
  { id: 'PLAID', name: 'Plaid', kind: 'OAUTH', data: ['TRANSACTIONS'], settingsSchema: none },
  { id: 'STRIPE', name: 'Stripe', kind: 'WEBHOOK', data: ['PAYMENTS'], settingsSchema: none },
  { id: 'OAUTH2', name: 'Social service', kind: 'OAUTH', data: ['SOCIAL'], settingsSchema: none },
  { id: 'INCOMING_WEBHOOK', name: 'Incoming webhook', kind: 'WEBHOOK', data: ['ANYTHING'], settingsSchema: none },
];

/** The catalogue, in the order in which it is shown. */
export const providers: ReadonlyMap<string, Provider> = new Map(list.map((provider) => [provider.id, provider]));

/** Devices can be connected anywhere; the others need a client at the provider, which this installation has not. */
export const isAvailable = (provider: Provider): boolean => provider.kind === 'DEVICE';
