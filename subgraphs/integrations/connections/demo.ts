import { newId } from '../../shared/ids.ts';
import type { DemoAccount } from '../../shared/subgraph.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** What a phone sends: only devices, as nobody signed in anywhere for the demo. */
export async function demoConnections({ db, userId, now, random, ids }: DemoAccount): Promise<void> {
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
    data: connections.map((row) => ({ ...row, ...made(since), userId, account: '', lastSyncAt })),
  });
  for (const [i, name] of ['health', 'calendar', 'reminders'].entries())
    ids.set(`connection:${name}`, connections[i]!.id);
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

const made = (at: Date) => ({ inputHash: 'demo', version: 1, createdAt: at, updatedAt: at });
