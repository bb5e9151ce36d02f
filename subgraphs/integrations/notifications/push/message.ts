import { sha256 } from '../../../shared/crypto.ts';
import { shorten } from '../../../shared/storable.ts';
import type { NotificationKind } from '../../generated.ts';
import type { Push } from './apns.ts';
import { discreetText } from './texts.ts';

/** A push that is due, with all that it is made of. */
export interface Material {
  userId: string;
  notificationId: string;
  round: number;
  deviceId: string;
  kind: NotificationKind;
  title: string;
  body: string | null;
  collapseKey: string | null;
  subjectId: string | null;
  urgent: boolean;
  preview: boolean;
  locale: string;
  unread: number;
  expiresAt: Date;
}

/** APNs takes 4096 bytes; this many characters are well below in every script. */
const longestTitle = 150;
const longestBody = 500;

/** A UUID of these words, always the same: made from a hash, as RFC 9562 has it for version 8. */
export function uuidOf(...words: (string | number)[]): string {
  const hex = sha256(words.join('|'));
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What takes each other's place in the list takes each other's place on the screen. */
const collapseIdOf = ({
  userId,
  notificationId,
  collapseKey,
}: Pick<Material, 'userId' | 'notificationId' | 'collapseKey'>) =>
  collapseKey === null ? notificationId : sha256(`${userId}|${collapseKey}`);

/**
 * The push of a notification to a device. Sent again, it is the same for APNs and for the device. The app replaces the discreet text by the
 * notification's own, which it asks for by the id (`mutable-content`), unless the person lets pushes say it themselves.
 */
export function messageOf(material: Material): Pick<Push, 'id' | 'collapseId' | 'expiresAt' | 'type' | 'aps' | 'data'> {
  const { userId, notificationId, round, deviceId, kind, title, body, subjectId, preview, locale, unread } = material;
  const alert = preview
    ? { title: shorten(title, longestTitle), ...(body && { body: shorten(body, longestBody) }) }
    : { title: 'Jarvis', body: discreetText(kind, locale) };
  return {
    id: uuidOf(userId, notificationId, deviceId, round),
    collapseId: collapseIdOf(material),
    expiresAt: material.expiresAt,
    type: 'alert',
    aps: {
      alert,
      badge: unread,
      sound: 'default',
      category: kind,
      'thread-id': kind,
      'mutable-content': 1,
      'interruption-level': material.urgent ? 'time-sensitive' : 'active',
    },
    data: { notificationId, ...(subjectId !== null && { subjectId }) },
  };
}
