import type { Temporal } from 'temporal-polyfill';
import type { Phrases } from '../english/phrases.ts';
import { formatsOf, listed } from '../formats.ts';

const { number, day, dayAndYear } = formatsOf('de-DE');
const weekdays = ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag'];
const units = {
  DAY: ['Tag', 'Tage', 'Tagen'],
  WEEK: ['Woche', 'Wochen', 'Wochen'],
  MONTH: ['Monat', 'Monate', 'Monaten'],
  YEAR: ['Jahr', 'Jahre', 'Jahren'],
} as const;
type Period = keyof typeof units;
const counted = (count: number, unit: Period) => `${number.format(count)} ${units[unit][count === 1 ? 0 : 1]}`;
const countedDative = (count: number, unit: Period) =>
  count === 1
    ? `${unit === 'WEEK' ? 'einer' : 'einem'} ${units[unit][0]}`
    : `${number.format(count)} ${units[unit][2]}`;

/** All that the built-in assistant says, in German. */
export const germanPhrases: Phrases = {
  noModel: 'Ich bin kein Sprachmodell: Ich bin der eingebaute Assistent von Jarvis und arbeite nach festen Regeln.',
  abilities:
    'Ich kann Fortschritte eintragen („trage 5 km Laufen ein“), Ziele anlegen, abschließen und pausieren („neues Ziel: bis Jahresende 24 Bücher lesen“), sagen, wie es läuft („wie läuft es mit dem Lesen?“, „was ist heute fällig?“), erinnern („erinnere mich werktags um 7:30 an meine Tabletten“), einen Tag aussetzen, mir etwas merken und in Notizen, Gesprächen und Recherchen suchen.',
  greeting: 'Hallo! Sag mir, was du getan hast, oder frag, wie es läuft.',
  thanks: 'Gern geschehen.',
  goodbye: 'Bis bald!',
  unknown: 'Das habe ich nicht verstanden.',
  rephrase: 'Sag es bitte mit anderen Worten; „Hilfe“ zeigt, was ich verstehe.',
  refused: 'In Ordnung, ich habe es nicht getan.',
  failed: 'Das hat gerade nicht geklappt, und weiter ist nichts geschehen. Bitte versuch es später noch einmal.',
  unreadable:
    'Ich habe eine Antwort bekommen, die ich nicht lesen kann, und weiß nicht, was daraus geworden ist. Bitte sieh in der App nach.',
  mistakes: (messages) => `Das hat nicht geklappt: ${messages.join(' ')}`,
  unavailable: 'Das kann ich in diesem Gespräch nicht.',
  tooMuch: 'Das ist mehr, als ich in einer Antwort tun kann. Sag bitte noch einmal, was übrig ist.',
  noAccess: (doings, scopes) =>
    `Das kann ich hier nicht: Mit deinem API-Schlüssel darf ich nicht ${doings}. Ihm fehlt ${scopes}.`,
  access: {
    'goals:read': 'deine Ziele sehen',
    'goals:write': 'deine Ziele ändern',
    'chat:read': 'unsere Gespräche lesen',
    'chat:write': 'mir etwas merken',
    'research:read': 'deine Recherchen sehen',
    'research:write': 'deine Recherchen ändern',
    'integrations:read': 'deine Erinnerungen sehen',
    'integrations:write': 'deine Erinnerungen ändern',
  },
  cannotUndo:
    'Rückgängig machen kann ich selbst nichts. In der Liste der Einträge eines Ziels kannst du einen Eintrag ändern oder löschen und ein Ziel wieder öffnen.',
  amount: (value, unit) => (unit === null ? number.format(value) : `${number.format(value)} ${unit}`),
  percent: (value) => `${number.format(Math.round(value))} %`,
  date: (date: Temporal.PlainDate, today: Temporal.PlainDate) => {
    const days = today.until(date).days;
    if (days === 0) return 'heute';
    if (days === -1) return 'gestern';
    if (days === 1) return 'morgen';
    const format = Math.abs(days) < 180 ? day : dayAndYear;
    return format.format(new Date(`${date.toString()}T00:00:00Z`));
  },
  weekdays: (days) =>
    days.length === 0
      ? 'jeden Tag'
      : `jeden ${listed(
          days.map((one) => weekdays[one - 1] ?? ''),
          'und',
        )}`,
  onDay: (date) => (/^(?:heute|gestern|morgen)$/.test(date) ? date : `am ${date}`),
  or: (items) => listed(items, 'oder'),
  and: (items) => listed(items, 'und'),
  quote: (text) => `„${text}“`,

  logged: (amount, title, date) => `Eingetragen: ${amount} bei ${title}${date ? `, ${date}` : ''}`,
  loggedOnce: (title, date) => `Eingetragen: ${title}${date ? `, ${date}` : ''}`,
  countsFor: (titles) => `Das zählt für ${titles}.`,
  convert: (said, value, title) => `${said} sind ${value} für ${title}.`,
  position: (now, target, percent) => {
    if (target === null) return percent === null ? `jetzt ${now}` : `jetzt ${now} (${percent})`;
    return percent === null ? `${now} von ${target}` : `${percent} (${now} von ${target})`;
  },
  shareOf: (percent, target) => `${percent} von ${target}`,
  ahead: (amount) => `${amount} vor deinem Plan`,
  behind: (amount) => `${amount} hinter deinem Plan`,
  pace: {
    AHEAD: 'deinem Plan voraus',
    ON_TRACK: 'im Plan',
    BEHIND: 'im Rückstand',
    REACHED: 'das Ziel ist erreicht',
    MISSED: 'die Frist ist verstrichen',
    NOT_STARTED: 'noch nicht begonnen',
    PAUSED: 'pausiert',
    NO_LINE: null,
    CLOSED: 'beendet',
  },
  due: (text) => `fällig: ${text}`,
  streak: (current, period, best) =>
    current > 0
      ? `eine Serie von ${countedDative(current, period)}${best !== null && best > current ? ` (beste: ${number.format(best)})` : ''}`
      : `zurzeit keine Serie${best ? ` (beste: ${counted(best, period)})` : ''}`,
  strength: (percent) => `Festigkeit ${percent}`,
  safeDays: (days) => (days < 1 ? 'heute ist etwas fällig' : `${counted(days, 'DAY')} Pause sind möglich`),
  forecast: (date) => `beim jetzigen Verlauf erreicht: ${date}`,
  offTrend: 'der jetzige Verlauf führt nicht zum Ziel',
  daysLeft: (days) => `noch ${counted(days, 'DAY')}`,
  noStreak: (title) => `${title} hat keine Serie: Das haben nur Gewohnheiten.`,

  noGoals: 'Du hast noch keine Ziele. Sag zum Beispiel „neues Ziel: bis Jahresende 24 Bücher lesen“.',
  noSuchGoal: (subject, titles) =>
    `Ich finde kein Ziel zu „${subject}“. ${titles ? `Deine Ziele sind ${titles}.` : 'Du hast noch keine Ziele.'}`,
  offerHabit: (title) => `Soll ich die Gewohnheit „${title}“ anlegen?`,
  declined: 'In Ordnung, dann lasse ich es.',
  whichGoal: (subject, titles) =>
    subject ? `Welches Ziel meinst du mit „${subject}“: ${titles}?` : `Welches Ziel meinst du: ${titles}?`,
  howMany: (title, unit) =>
    unit ? `Wie viele ${unit} soll ich bei ${title} eintragen?` : `Wie viel soll ich bei ${title} eintragen?`,
  wrongUnit: (said, title, unit) =>
    `${title} wird in ${unit} gezählt, und ${said} kann ich nicht umrechnen. Wie viele ${unit} soll ich eintragen?`,
  notInUnit: (said, title, unit) => `${title} wird in ${unit} gezählt, und ${said} kann ich nicht umrechnen.`,
  changed: 'geändert',
  goalWhat: 'Was soll es sein, zum Beispiel „dieses Jahr 24 Bücher lesen“?',
  created: (title) => `Angelegt: ${title}`,
  targetIs: (amount) => `Ziel ${amount}`,
  until: (date) => `bis ${date}`,
  frequency: (times, period) =>
    times === 1
      ? `${period === 'WEEK' ? 'jede' : period === 'YEAR' ? 'jedes' : 'jeden'} ${units[period][0]}`
      : `${number.format(times)}-mal ${period === 'WEEK' ? 'die' : 'im'} ${units[period][0]}`,
  completed: (title) => `${title} ist abgeschlossen. Gut gemacht!`,
  paused: (title) => `${title} ist pausiert, bis du es fortsetzt.`,
  resumed: (title) => `${title} läuft wieder.`,
  skipped: (title, date) => `${title} ist ausgesetzt: ${date}`,
  keepsStreak: (streak) => `es bleibt ${streak}`,

  goals: (count) => (count === 1 ? 'Du hast ein aktives Ziel:' : `Du hast ${number.format(count)} aktive Ziele:`),
  goalsUntold: (count) =>
    `Ich konnte nur einen Teil deiner Ziele ansehen: ${number.format(count)} weitere stehen in der App.`,
  goalsOnTrack: (good, behind) =>
    behind === 0
      ? `Keines deiner ${number.format(good)} aktiven Ziele ist im Rückstand.`
      : `${number.format(behind)} von ${number.format(good + behind)} aktiven Zielen ${behind === 1 ? 'ist' : 'sind'} im Rückstand:`,
  others: (count) => `… und ${number.format(count)} mehr.`,
  noAreas: 'Du hast noch keine Lebensbereiche.',
  areas: 'Deine Lebensbereiche:',
  activeGoals: (count) => (count === 1 ? 'ein aktives Ziel' : `${number.format(count)} aktive Ziele`),
  noReminders: 'Du hast keine Erinnerungen.',
  reminders: 'Deine Erinnerungen:',
  reminder: (time, days) => `${days} um ${time}`,
  beforeDeadline: (days) => `${counted(days, 'DAY')} vor der Frist`,
  off: 'ausgeschaltet',
  noMemories: 'Ich habe mir noch nichts über dich gemerkt.',
  memories: 'Das habe ich mir über dich gemerkt:',

  doneToday: (done, due) =>
    due === 0 ? 'Heute steht nichts an.' : `Heute: ${number.format(done)} von ${number.format(due)} erledigt.`,
  dueToday: 'Heute noch fällig:',
  nothingDue: 'Heute ist nichts mehr fällig.',
  behindNow: 'Im Rückstand:',
  next: (what) => `Als Nächstes: ${what}.`,
  nothingNext: 'Nichts drängt: Kein Ziel ist fällig oder im Rückstand.',
  remindersNext: 'Nächste Erinnerungen:',
  earned: 'Zuletzt erreicht:',

  remindWhat: 'Woran soll ich dich erinnern, und wann?',
  remindWhen: (message) => `Wann soll ich dich${message ? ` an „${message}“` : ''} erinnern?`,
  remindAt: (message) => `Um wie viel Uhr soll ich dich an „${message}“ erinnern?`,
  reminderSet: (days, time, message) => `Ich erinnere dich ${days} um ${time}${message ? ` an „${message}“` : ''}`,
  forGoal: (title) => `für ${title}`,
  nextAt: (time) => `das nächste Mal ${time}`,

  remembered: (text) => `Das merke ich mir: „${text}“`,
  foundNotes: (query) => `In deinen Notizen zu „${query}“:`,
  foundMessages: (query) => `In unseren Gesprächen zu „${query}“:`,
  foundResearch: (query) => `Deine Recherche zu „${query}“. Die Worte stammen aus ihren Quellen, nicht von mir:`,
  foundNothing: (query) => `Ich habe nichts zu „${query}“ gefunden.`,
  searchWhat: 'Wonach soll ich suchen?',
};
