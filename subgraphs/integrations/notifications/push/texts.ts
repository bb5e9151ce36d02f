import type { NotificationKind } from '../../generated.ts';

type Texts = Record<NotificationKind, string>;

const english: Texts = {
  REMINDER: 'You wanted to be reminded of something',
  ACHIEVEMENT: 'You have achieved something',
  INSIGHT: 'There is something new in your numbers',
  ALERT: 'Something needs your attention',
  DIGEST: 'Your news of the day',
};
const german: Texts = {
  REMINDER: 'Du wolltest an etwas erinnert werden',
  ACHIEVEMENT: 'Du hast etwas geschafft',
  INSIGHT: 'In deinen Zahlen zeigt sich etwas Neues',
  ALERT: 'Etwas braucht deine Aufmerksamkeit',
  DIGEST: 'Deine Neuigkeiten des Tages',
};

/** What a push says that may not say what it is about: nothing of a person's life passes through Apple's hands. */
export const discreetText = (kind: NotificationKind, locale: string): string =>
  (locale.toLowerCase().startsWith('de') ? german : english)[kind];
