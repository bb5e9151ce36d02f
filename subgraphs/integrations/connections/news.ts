import type { Connection } from '../../../prisma/generated/client.ts';
import type { Publisher } from '../../shared/events.ts';
import { shorten } from '../../shared/storable.ts';
import { notify } from '../notifications/notifications.ts';

/** Tells the person that the provider no longer lets Jarvis in: once for each time that it happens to a connection. */
export async function askToConnectAgain(
  ctx: Publisher,
  { id, label, version }: Pick<Connection, 'id' | 'label' | 'version'>,
  reason: string,
): Promise<void> {
  await notify(ctx, {
    kind: 'ALERT',
    title: shorten(`${label} has to be connected again`, 200),
    body: reason,
    subjectId: id,
    collapseKey: `reauth:${id}`,
    cause: `reauth:${id}:${version}`,
  });
}
