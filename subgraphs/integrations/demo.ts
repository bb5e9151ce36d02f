import { newId } from '../shared/ids.ts';
import type { DemoAccount } from '../shared/subgraph.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** A year with a phone, a few reminders and rules, and what the person was told. */
export async function demo(account: DemoAccount): Promise<void> {
  const goals = [...account.ids].filter(([name]) => name.startsWith('goal:')).map(([, id]) => id);
  await demoConnections(account);
  await demoNotifications(account, goals);
  await demoReminders(account, goals);
  await demoRules(account, goals);
}

const stamps = (at: Date, version = 1) => ({ version, createdAt: at, updatedAt: at });
const made = { inputHash: 'demo' };

async function demoConnections({ db, userId, now, random, ids }: DemoAccount): Promise<void> {
  const since = new Date(now.getTime() - 360 * day);
  const lastSyncAt = new Date(now.getTime() - 2 * hour);
  const connections = [
    {
      id: newId('connection', since),
      provider: 'APPLE_HEALTH',
      label: 'iPhone',
      status: 'ACTIVE',
      statusReason: null,
      settings: { types: ['stepCount', 'sleepAnalysis', 'bodyMass'] },
    },
    {
      id: newId('connection', since.getTime() + 1),
      provider: 'APPLE_CALENDAR',
      label: 'Calendar of the iPhone',
      status: 'PAUSED',
      statusReason: null,
      settings: {},
    },
    {
      id: newId('connection', since.getTime() + 2),
      provider: 'APPLE_REMINDERS',
      label: 'Reminders of the iPhone',
      status: 'ERROR',
      statusReason: 'The phone has sent nothing for five days.',
      settings: { lists: ['Home'] },
    },
  ];
  await db.connection.createMany({
    data: connections.map((row) => ({ ...row, ...made, ...stamps(since), userId, account: '', lastSyncAt })),
  });
  ids.set('connection:health', connections[0]!.id);
  const log = connections.flatMap(({ id: connectionId, status }) => {
    const none = { received: 0, changed: 0, deleted: 0, message: null as string | null };
    const entry = (kind: string, at: Date, rest = none) => ({
      ...rest,
      userId,
      id: newId('sync', at),
      connectionId,
      kind,
      at,
    });
    const syncs = Array.from({ length: 60 }, (_, i) => {
      const received = 20 + Math.floor(random() * 200);
      const changed = Math.floor(received * random());
      return entry('SYNCED', new Date(lastSyncAt.getTime() - i * 6 * hour), { ...none, received, changed });
    });
    const last = status === 'PAUSED' ? [entry('PAUSED', new Date(now.getTime() - hour))] : [];
    return [entry('CONNECTED', since), ...syncs, ...last];
  });
  await db.connectionLogEntry.createMany({ data: log });
}

const news = [
  { kind: 'ACHIEVEMENT', title: 'Goal completed', body: null },
  { kind: 'ACHIEVEMENT', title: 'Achievement: Seven days in a row', body: null },
  { kind: 'INSIGHT', title: 'You sleep longer after a run', body: 'On average 24 minutes, over the last 90 days.' },
  { kind: 'REMINDER', title: 'Time to read', body: '20 pages are planned for today.' },
  { kind: 'ALERT', title: 'A goal has fallen behind', body: 'Two more days without an entry and the month is lost.' },
] as const;

async function demoNotifications({ db, userId, now, random }: DemoAccount, goals: string[]): Promise<void> {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const at = new Date(now.getTime() - Math.round((i + random()) * 3 * day));
    const unread = i < 4;
    return {
      ...news[Math.floor(random() * news.length)]!,
      ...stamps(at),
      userId,
      id: newId('notification', at),
      subjectId: goals[Math.floor(random() * goals.length)] ?? null,
      quiet: false,
      sentAt: at,
      readAt: unread ? null : new Date(at.getTime() + Math.round(random() * 5 * hour)),
      visibleAt: at,
    };
  });
  await db.notification.createMany({ data: rows });
  const settings = { quietFrom: '22:30', quietTo: '07:00', quietExcept: ['ALERT'], version: 1, updatedAt: now };
  await db.notificationSettings.create({ data: { userId, ...settings } });
}

async function demoReminders({ db, userId, now }: DemoAccount, goals: string[]): Promise<void> {
  const since = new Date(now.getTime() - 300 * day);
  const schedules = [
    { kind: 'TO_DO', timeOfDay: '07:15', weekdays: [1, 3, 5], message: 'Shoes are by the door' },
    { kind: 'TO_LOG', timeOfDay: '21:00', weekdays: [1, 2, 3, 4, 5, 6, 7], message: null },
    { kind: 'TO_DO', timeOfDay: '10:00', weekdays: [6, 7], message: null },
    { kind: 'TO_DO', timeOfDay: '09:00', weekdays: [], daysBeforeDeadline: 7, message: 'One week left' },
  ];
  const data = goals.slice(0, 8).map((goalId, i) => ({
    ...schedules[i % schedules.length]!,
    ...made,
    ...stamps(since),
    userId,
    id: newId('reminder', since.getTime() + i),
    goalId,
    active: i !== 5,
  }));
  await db.reminder.createMany({ data });
}

async function demoRules({ db, userId, now }: DemoAccount, goals: string[]): Promise<void> {
  const since = new Date(now.getTime() - 200 * day);
  const [goalId] = goals;
  const rules = [
    {
      name: 'Celebrate',
      description: 'Tell me when something is done.',
      triggers: [{ type: 'event', event: 'goal.completed', filters: [] }],
      conditions: [],
      actions: [{ type: 'notification', kind: 'ACHIEVEMENT', title: 'Well done!', body: null, subjectId: null }],
      active: true,
    },
    {
      name: 'Weekly review',
      description: null,
      triggers: [{ type: 'schedule', cron: null, rrule: 'FREQ=WEEKLY;BYDAY=SU;BYHOUR=18;BYMINUTE=0', timeZone: null }],
      conditions: [],
      actions: [{ type: 'aiTask', prompt: 'Sum up my week: what went well, what did not.', subjectIds: [] }],
      active: true,
    },
    ...(goalId
      ? [
          {
            name: 'When I fall behind',
            description: 'Notify me and ask for a plan.',
            triggers: [
              { type: 'condition', goalId, metric: 'SAFE_DAYS', comparison: 'BELOW', value: '1', forMinutes: 60 },
            ],
            conditions: [{ type: 'time', from: '08:00', to: '21:00', weekdays: [] }],
            actions: [
              { type: 'notification', kind: 'ALERT', title: 'You are falling behind', body: null, subjectId: goalId },
              { type: 'aiTask', prompt: 'Suggest how to catch up within a week.', subjectIds: [goalId] },
            ],
            active: false,
          },
        ]
      : []),
  ];
  await db.automationRule.createMany({
    data: rules.map((rule, i) => ({
      ...rule,
      ...made,
      ...stamps(since),
      userId,
      id: newId('rule', since.getTime() + i),
      mode: 'SINGLE',
      maxRuns: 1,
    })),
  });
}
