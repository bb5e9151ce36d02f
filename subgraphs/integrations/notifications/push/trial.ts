import type { Notification, PushDelivery } from '../../../../prisma/generated/client.ts';
import type { UserContext } from '../../../shared/context.ts';
import { publish } from '../../../shared/events.ts';
import { newId } from '../../../shared/ids.ts';
import { transaction } from '../../../shared/subgraph.ts';
import { apnsOf } from './apns.ts';
import { sendDuePushes } from './deliveries.ts';
import { reachableDevices, usefulFor } from './plan.ts';

/** What became of a test on one device. */
interface Tried {
  device: { id: string };
  push: PushDelivery | null;
  explanation: string;
}

/** Sends a notification to try how they arrive, whatever the person's settings say. Manages its transactions itself: it asks Apple. */
export async function sendTest(ctx: UserContext): Promise<{ notification: Notification; devices: Tried[] }> {
  const { userId, root, config, secrets, log, bus, now } = ctx;
  const house = { db: root, config, secrets, log, bus, now };
  const isSetUp = apnsOf(house) !== null;
  const id = newId('notification', now());
  const devices = await root.$queryRaw<{ id: string }[]>`SELECT id FROM devices WHERE user_id = ${userId} ORDER BY id`;
  await transaction(root, async (tx) => {
    const at = now();
    const reachable = isSetUp ? await reachableDevices(tx, userId) : [];
    await tx.notification.create({
      data: {
        userId,
        id,
        kind: 'ALERT',
        title: 'A test',
        body: 'This is how notifications arrive.',
        collapseKey: 'test',
        quiet: false,
        sentAt: at,
        visibleAt: at,
        pushNone: isSetUp ? (reachable.length === 0 ? 'NO_DEVICE' : null) : 'NOT_SET_UP',
        version: 1,
        createdAt: at,
        updatedAt: at,
      },
    });
    await tx.pushDelivery.createMany({
      data: reachable.map((deviceId) => ({
        userId,
        notificationId: id,
        round: 1,
        deviceId,
        state: 'PENDING',
        nextAttemptAt: at,
        expiresAt: new Date(at.getTime() + usefulFor('ALERT')),
        createdAt: at,
      })),
    });
    await publish(
      { ...ctx, db: tx, userId, actor: ctx.actor, now },
      { type: 'notification.created', subjectId: id, data: {} },
    );
  });
  await sendDuePushes(house, undefined, { userId, notificationId: id });
  const pushes = await root.pushDelivery.findMany({ where: { userId, notificationId: id } });
  const byDevice = new Map(pushes.map((push) => [push.deviceId, push]));
  return {
    notification: await root.notification.findUniqueOrThrow({ where: { userId_id: { userId, id } } }),
    devices: devices.map((device) => {
      const push = byDevice.get(device.id) ?? null;
      return { device, push, explanation: explain(push, isSetUp) };
    }),
  };
}

function explain(push: PushDelivery | null, isSetUp: boolean): string {
  if (!isSetUp) return 'This installation is not set up to push: it has no key for Apple’s push service.';
  if (push === null) return 'The app on this device has not allowed pushes, so there is nothing to send to.';
  if (push.state === 'SENT')
    return 'Apple’s push service has accepted it. It shows up when the device is online and its focus lets it through.';
  if (push.state === 'PENDING')
    return `Apple’s push service could not take it now (${push.reason}). It will be sent again.`;
  if (push.reason === 'BadDeviceToken') {
    return 'Apple’s push service does not know the token of this device in its environment. The app must register it anew.';
  }
  if (push.reason === 'Unregistered' || push.reason === 'ExpiredToken') {
    return 'The app is no longer on this device, or no longer allows pushes there.';
  }
  return `It was not sent (${push.reason}).`;
}
